"""What is printed: bench tickets, packing slips, dedication cards, address labels, the day's manifest."""
