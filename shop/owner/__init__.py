"""The owner's workshop: one module a noun."""
