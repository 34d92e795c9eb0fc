"""A stand-in for Stripe: the same API, its state in the shop's own database. No money ever moves."""
