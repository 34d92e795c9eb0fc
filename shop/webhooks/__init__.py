"""What Stripe tells us: verified, kept once, acted on."""
