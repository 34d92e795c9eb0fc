"""Private words, sealed order by order."""
