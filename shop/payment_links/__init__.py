"""Orders that the owner puts together for somebody who telephones or writes, to be paid for by a link."""
