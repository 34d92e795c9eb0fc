"""The finance lead's screens and exports."""
