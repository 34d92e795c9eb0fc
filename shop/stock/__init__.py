"""What is on hand, why, and for whom it is set aside."""
