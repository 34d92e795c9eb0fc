"""What stands around the pieces: support, the law's pages, the frame of every page, and being found."""
