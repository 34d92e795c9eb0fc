"""The catalogue's version moves with every write to what a catalogue is read from: the databases see to it.

Whoever has read the catalogue of a version reads it no more (`snapshot.load`), so a write that left the
version alone would be seen by nobody.
"""

from collections.abc import Iterator
from typing import Final

from shop.triggers import Trigger, Triggers, postgresql

TABLES: Final = ("metal", "piece", "side", "variant", "picture", "bench_profile")
"""What a catalogue is read from. What is in stock is looked at each time."""

FUNCTION: Final = "moves_catalogue_version"


def _sqlite() -> Iterator[Trigger]:
    moved = "UPDATE catalogue_version SET version = lower(hex(randomblob(16)))"
    for table in TABLES:
        for verb in ("INSERT", "UPDATE", "DELETE"):
            name = f"{table}_{verb.lower()}_{FUNCTION}"
            made = f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW BEGIN {moved}; END"
            yield Trigger(name, table, made)


def _postgresql() -> Iterator[Trigger]:
    moved = "UPDATE catalogue_version SET version = replace(CAST(gen_random_uuid() AS text), '-', '')"
    body = f"BEGIN {moved}; RETURN NULL; END"
    for table in TABLES:
        name = f"{table}_{FUNCTION}"
        verbs = "INSERT OR DELETE OR UPDATE OR TRUNCATE"
        made = f"CREATE TRIGGER {name} AFTER {verbs} ON {table} FOR EACH STATEMENT"
        yield Trigger(name, table, postgresql(table, body, made, name=name, function=FUNCTION))


TRIGGERS: Final[Triggers] = {"sqlite": tuple(_sqlite()), "postgresql": tuple(_postgresql())}
"""By dialect: every trigger that moves the catalogue's version."""
