"""Years of orders for a scratch database, so that anyone can see what the shop is like with a million."""
