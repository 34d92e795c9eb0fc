"""The Stripe edge and its stand-in."""
