"""Orders: placing, lifecycle, and sync_order, which settles them."""
