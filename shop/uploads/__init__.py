"""Photographs that buyers send of somebody's own hand: sealed, traced, and forgotten in time."""
