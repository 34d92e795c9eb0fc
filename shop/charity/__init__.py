"""The charity's room: what it was given, to the penny and without a name."""
