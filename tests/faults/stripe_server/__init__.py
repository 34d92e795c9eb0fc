"""A Stripe of the tests' own, written from Stripe's published specification and from nothing of the shop's.

One account in memory with a clock of its own; the real SDK speaks to it over a port or in one process.
Every request and every answer is held against `specification.json`; it can be made to fail in each way that
a payment service fails.
"""
