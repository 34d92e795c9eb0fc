"""Orders: placing, lifecycle, and converge, which settles them."""
