"""Random lives of orders: everybody at once, a Stripe that fails, processes that die, clocks that differ."""
