"""What the database refuses about files of agreements and payments: they stay as they were added."""

from typing import Final

from shop.giving.guards import Guard
from shop.triggers import Trigger, Triggers

TABLE: Final = "giving_document"

GUARDS: Final = [
    Guard(
        "giving_document_is_new",
        TABLE,
        "INSERT",
        "this document is there already",
        "EXISTS (SELECT 1 FROM giving_document WHERE id = NEW.id OR takes_back = NEW.takes_back)",
    ),
    Guard("giving_document_no_update", TABLE, "UPDATE", "a document is never changed"),
    Guard(
        "giving_document_no_delete",
        TABLE,
        "DELETE",
        "a document of what was given is never deleted",
        "OLD.policy_id IS NULL OR EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.policy_id)",
    ),
]
_NEVER_EMPTIED: Final = Guard(
    "giving_document_no_truncate", TABLE, "TRUNCATE", "giving_document is never emptied"
)

DOCUMENTS_KEPT: Final[Triggers] = {
    "sqlite": [Trigger(guard.name, TABLE, guard.sqlite()) for guard in GUARDS],
    "postgresql": [Trigger(guard.name, TABLE, guard.postgresql()) for guard in (*GUARDS, _NEVER_EMPTIED)],
}
"""By dialect."""
