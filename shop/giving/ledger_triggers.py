"""The guards as triggers: what each database must have to keep ledger and policies as they were written."""

from typing import Final

from shop.giving.guards import GUARDS, SEALED_AT_COMMIT, triggers_of
from shop.giving.kept_rows import KEPT
from shop.giving.sums import KEEPS_SUMS, keeps_sums
from shop.triggers import Trigger, Triggers

_GUARDING: Final = triggers_of(GUARDS)
PROTECTING: Final[Triggers] = {
    **_GUARDING,
    "postgresql": [
        *_GUARDING["postgresql"],
        Trigger("ledger_txn_sealed_at_commit", "ledger_txn", SEALED_AT_COMMIT),
    ],
}
"""By dialect: every trigger that protects the ledger and the policies."""

TRIGGERS: Final[Triggers] = {
    dialect: [
        *protecting,
        Trigger(KEEPS_SUMS, "ledger_entry", keeps_sums(dialect)),
        *KEPT[dialect],
    ]
    for dialect, protecting in PROTECTING.items()
}
"""By dialect: those, the one that adds up, and those that keep what belongs to the ledger."""
