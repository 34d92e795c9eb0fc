"""What becomes of a unit after it was paid for: the stages of its making, and the parcel it leaves in."""
