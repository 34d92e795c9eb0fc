"""What the database refuses about the charity's keys and confirmations: they stay as they were written."""

from typing import Final

from shop.giving.guards import Guard, triggers_of
from shop.triggers import Triggers

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

TRIGGERS: Final[Triggers] = triggers_of(GUARDS)
"""By dialect."""
