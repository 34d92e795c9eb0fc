"""Who did it, as the ledger says it: by role, for its rows are for good and go to others."""

from typing import Final

OWNER: Final = "owner"
STAFF: Final = "staff"
"""Somebody who works here."""


def without_address(actor: str, role: str = STAFF) -> str:
    """The role in place of an e-mail address; anything else as it is."""
    return role if "@" in actor else actor
