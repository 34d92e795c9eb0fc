"""The guards as triggers: what each database must have to keep ledger and policies as they were written."""

from typing import Final

from shop.giving.guards import GUARDS, SEALED_AT_COMMIT, TRUNCATE_GUARDS
from shop.giving.kept_rows import KEPT
from shop.giving.sums import KEEPS_SUMS, keeps_sums
from shop.triggers import Trigger, Triggers

PROTECTING: Final[Triggers] = {
    "sqlite": [Trigger(guard.name, guard.table, guard.sqlite()) for guard in GUARDS],
    "postgresql": [
        *(Trigger(guard.name, guard.table, guard.postgresql()) for guard in (*GUARDS, *TRUNCATE_GUARDS)),
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
