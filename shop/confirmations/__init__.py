"""What the charity says itself, signed with a key that its agreement names: that a payment has reached it."""
