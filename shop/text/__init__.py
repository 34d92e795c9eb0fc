"""What people type: what is kept of it, which way it reads, and how it is shown. No business at all."""
