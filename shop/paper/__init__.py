"""What is printed: bench tickets, slips, cards, address labels, the day's manifest."""
