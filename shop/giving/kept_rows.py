"""What the database refuses of rows beside the ledger: files, and what the site said, stay as written."""

from typing import Final

from shop.giving.guards import Guard, triggers_of
from shop.triggers import Triggers

DOCUMENT: Final = "giving_document"
SHOWN: Final = "shown_statement"

GUARDS: Final = [
    Guard(
        "giving_document_is_new",
        DOCUMENT,
        "INSERT",
        "this document is there already",
        "EXISTS (SELECT 1 FROM giving_document WHERE id = NEW.id OR takes_back = NEW.takes_back)",
    ),
    Guard("giving_document_no_update", DOCUMENT, "UPDATE", "a document is never changed"),
    Guard(
        "giving_document_no_delete",
        DOCUMENT,
        "DELETE",
        "a document of what was given is never deleted",
        "OLD.policy_id IS NULL OR EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.policy_id)",
    ),
    Guard(
        "shown_statement_follows",
        SHOWN,
        "INSERT",
        "what the site said is noted as it changes, and in turn",
        "EXISTS (SELECT 1 FROM shown_statement"
        " WHERE id = NEW.id OR (book = NEW.book AND since >= NEW.since))",
    ),
    Guard("shown_statement_no_update", SHOWN, "UPDATE", "what the site said is never changed"),
    Guard("shown_statement_no_delete", SHOWN, "DELETE", "what the site said is never deleted"),
]

KEPT: Final[Triggers] = triggers_of(GUARDS)
"""By dialect."""
