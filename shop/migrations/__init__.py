"""Schema changes, for both databases."""
