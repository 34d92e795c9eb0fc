"""Checks for tables that exist: SQLite cannot add one to a table, but to a column that is new."""

import re
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

BEFORE_ALL: Final = "1970-01-01 00:00:00.000000"
"""A moment for rows older than the column, until they are given their own."""


def only(table: str, column: str, values: Sequence[str]) -> None:
    """Let a text column hold these values alone. Its rows must hold no others.

    On SQLite the column is made anew beside the old one: copying the table, as Alembic's batch mode does,
    would lose its triggers. An index over the column must be dropped before and made again after.
    """
    known = ", ".join(f"'{value}'" for value in values)
    name = f"ck_{table}_{column}_known"
    if op.get_bind().dialect.name == "postgresql":
        op.create_check_constraint(op.f(name), table, f"{column} IN ({known})")
        return
    new = f"{column}_checked"
    typed = f"VARCHAR NOT NULL DEFAULT '{values[0]}' CONSTRAINT {name} CHECK ({new} IN ({known}))"
    for statement in (
        f'ALTER TABLE "{table}" ADD COLUMN {new} {typed}',
        f'UPDATE "{table}" SET {new} = {column}',  # noqa: S608
        f'ALTER TABLE "{table}" DROP COLUMN {column}',
        f'ALTER TABLE "{table}" RENAME COLUMN {new} TO {column}',
    ):
        op.execute(sa.text(statement))


def widen(table: str, column: str, values: Sequence[str]) -> None:
    """Let a column that may hold known words alone hold these; those it holds must be among them.

    SQLite has no statement for it. Its manual (ALTER TABLE, "Making Other Kinds Of Table Schema Changes")
    lets the text of a check be changed where it stands: nothing that is stored is written otherwise by it.
    """
    known = ", ".join(f"'{value}'" for value in values)
    name, bind = f"ck_{table}_{column}_known", op.get_bind()
    if bind.dialect.name == "postgresql":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, f"{column} IN ({known})")
        return
    stands: str = bind.execute(
        sa.text("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = :table"), {"table": table}
    ).scalar_one()
    changed, found = re.subn(rf"(CONSTRAINT {name} CHECK \([^()]* IN )\([^()]*\)", rf"\1({known})", stands)
    if found != 1:
        raise LookupError(f"{table} has no check {name}")
    version: int = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute(sa.text("PRAGMA writable_schema = ON"))
    bind.execute(
        sa.text("UPDATE sqlite_schema SET sql = :sql WHERE type = 'table' AND name = :table"),
        {"sql": changed, "table": table},
    )
    op.execute(sa.text(f"PRAGMA schema_version = {version + 1}"))  # or this connection would not see it
    op.execute(sa.text("PRAGMA writable_schema = OFF"))
