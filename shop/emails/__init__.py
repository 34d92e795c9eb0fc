"""What e-mails about an order say, and the pictures in them."""
