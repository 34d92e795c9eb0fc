"""Run by hand by whoever changes the shop; never by the shop."""
