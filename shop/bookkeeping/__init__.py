"""The books of the money: what moved at Stripe, row by row as Stripe has it, and what is made of it."""
