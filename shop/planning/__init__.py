"""Which day a parcel leaves: by the owner's days, bank holidays, the post, and what lies on the bench."""
