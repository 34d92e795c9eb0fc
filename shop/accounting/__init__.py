"""The books month by month, made of orders, Stripe's rows, the bank, gifts, and what was explained."""
