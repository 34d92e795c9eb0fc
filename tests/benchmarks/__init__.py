"""How fast the shop is against things anyone can measure in the same run: ratios, never verdicts."""
