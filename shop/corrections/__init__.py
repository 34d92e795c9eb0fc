"""The pages on which a paid order is put right: the buyer's, by the order's link, and the owner's."""
