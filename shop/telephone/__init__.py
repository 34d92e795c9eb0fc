"""What the owner does for somebody who telephones or writes, on the buyer's own pages and forms."""
