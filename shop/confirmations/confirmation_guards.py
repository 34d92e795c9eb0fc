"""What the database refuses about the charity's keys and confirmations: they stay as they were written."""

from typing import Final

from shop.giving.guards import Guard
from shop.triggers import Trigger, Triggers

KEY: Final = "charity_key"
CONFIRMATION: Final = "payment_confirmation"

GUARDS: Final = [
    Guard("charity_key_no_update", KEY, "UPDATE", "a key of the charity is never changed"),
    Guard(
        "charity_key_no_delete",
        KEY,
        "DELETE",
        "a key of an agreement in use is never deleted",
        "EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.policy_id)",
    ),
    Guard(
        "charity_key_is_new",
        KEY,
        "INSERT",
        "this key is there already",
        "EXISTS (SELECT 1 FROM charity_key WHERE id = NEW.id"
        " OR (policy_id = NEW.policy_id AND fingerprint = NEW.fingerprint))",
    ),
    Guard("payment_confirmation_no_update", CONFIRMATION, "UPDATE", "a confirmation is never changed"),
    Guard("payment_confirmation_no_delete", CONFIRMATION, "DELETE", "a confirmation is never deleted"),
    Guard(
        "payment_confirmation_is_new",
        CONFIRMATION,
        "INSERT",
        "this confirmation is there already",
        "EXISTS (SELECT 1 FROM payment_confirmation WHERE id = NEW.id"
        " OR (payment_seq = NEW.payment_seq AND fingerprint = NEW.fingerprint))",
    ),
]
_NEVER_EMPTIED: Final = [
    Guard(f"{table}_no_truncate", table, "TRUNCATE", f"{table} is never emptied")
    for table in (KEY, CONFIRMATION)
]

TRIGGERS: Final[Triggers] = {
    "sqlite": [Trigger(guard.name, guard.table, guard.sqlite()) for guard in GUARDS],
    "postgresql": [
        Trigger(guard.name, guard.table, guard.postgresql()) for guard in (*GUARDS, *_NEVER_EMPTIED)
    ],
}
"""By dialect."""
