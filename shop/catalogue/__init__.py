"""Pieces, variants, prices and pictures."""
