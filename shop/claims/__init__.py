"""Something about what was posted is not right: what the buyer says, the answer, and what came of it."""
