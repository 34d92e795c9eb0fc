"""From basket to thanks."""
