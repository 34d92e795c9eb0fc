"""Checks for tables that exist: SQLite cannot add one to a table, but to a column that is new."""

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
