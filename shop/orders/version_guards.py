"""An order's version moves with every write to what its money depends on: the databases themselves see to it.

`sync_order` looks at Stripe outside any transaction and writes only if the version is still the one it began
with. So a write that left the version alone could be undone by somebody who looked before it. Triggers move
it, whoever writes and however, instead of each writer having to remember.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from shop.triggers import Trigger, Triggers, postgresql

MOVING: Final[Mapping[str, Sequence[str]]] = {
    "order": ("UPDATE OF state, hold_id",),
    "order_line": ("INSERT", "UPDATE"),
    "order_event": ("INSERT",),
    "checkout_attempt": ("INSERT", "UPDATE"),
    "payment_entry": ("INSERT", "UPDATE"),
    "refund_request": ("INSERT", "UPDATE OF state, stripe_id, amount_pence"),
    "stray_session": ("INSERT",),
    "supplement": ("INSERT", "UPDATE"),
}
"""The tables that settling reads, and what happens to them."""

NOT_ABOUT_MONEY: Final = frozenset(
    {
        "artwork_upload",
        "balance_transaction",
        "basket",
        "basket_line",
        "correction",
        "date_step",
        "email_change",
        "claim",
        "claim_picture",
        "hand_drawing_step",
        "inbox_event",
        "letter",
        "order_key",
        "order_link",
        "order_note",
        "order_photograph",
        "parcel",
        "payment_link",
        "suspicion",
        "send_back",
        "unit",
        "unit_question",
        "wall_entry",
    }
)
"""Tables about orders that settling never reads; or whose rows only ever go one way (`suspicion`), or are
locked by whoever settles (`payment_link`, which takes back what an unpaid order had set aside)."""


def _triggers(dialect: str) -> Iterator[Trigger]:
    for table, events in MOVING.items():
        changed = "NEW.id" if table == "order" else "NEW.order_id"
        moved = f'UPDATE "order" SET version = version + 1 WHERE id = {changed}'  # noqa: S608
        for event in events:
            name = f"{table}_{event.split()[0].lower()}_moves_version"
            named = f'"{table}"' if table == "order" else table
            made = f"CREATE TRIGGER {name} AFTER {event} ON {named} FOR EACH ROW"
            if dialect == "sqlite":
                yield Trigger(name, table, f"{made} BEGIN {moved}; END")
            else:
                body = f"BEGIN {moved}; RETURN NULL; END"
                yield Trigger(name, table, postgresql(named, body, made, name=name))


TRIGGERS: Final[Triggers] = {dialect: tuple(_triggers(dialect)) for dialect in ("sqlite", "postgresql")}
"""By dialect: every trigger that moves an order's version."""
