"""Triggers: making those that a database must have, and seeing which are missing.

Alembic's batch mode rebuilds a table and loses its triggers, so the shop asks `missing` when it starts.
"""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, text


class Trigger(NamedTuple):
    """One trigger and the SQL that makes it."""

    name: str
    table: str
    sql: str


Triggers = Mapping[str, Sequence[Trigger]]
"""By dialect."""

Present = Mapping[str, tuple[str, str]]
"""Of each trigger's name its table and definition, as the database tells of them."""

_DROP: Final = {
    "sqlite": "DROP TRIGGER IF EXISTS {name}",
    "postgresql": 'DROP TRIGGER IF EXISTS {name} ON "{table}"',
}

_PRESENT: Final = {
    "sqlite": "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgname, relname, proname || '|' || array_to_string(proconfig, ',') || '|' || prosrc || '|'
               || pg_get_triggerdef(pg_trigger.oid, true) || '|' || CAST(tgenabled AS text)
        FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid
        JOIN pg_proc ON pg_proc.oid = tgfoid
        JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE NOT tgisinternal AND nspname = current_schema()
    """,
}
"""Name, table and definition of every trigger there is."""


def postgresql(table: str, body: str, trigger: str, *, name: str, function: str = "") -> str:
    """A trigger with its function; its search path is fixed, or a temporary table could pose as the head.

    It fires for replication roles too. Triggers of several tables may share one `function`.
    """
    function = function or name
    return (
        f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = public, pg_temp AS $guard${body}$guard$;\n"
        f"{trigger} EXECUTE FUNCTION {function}();\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}"
    )


def install(connection: Connection, wanted: Triggers) -> None:
    """Put every trigger in place, replacing any older form. The tables must exist."""
    plain = connection.execution_options(no_parameters=True)
    for trigger in wanted[connection.dialect.name]:
        plain.exec_driver_sql(_DROP[connection.dialect.name].format(name=trigger.name, table=trigger.table))
        plain.exec_driver_sql(trigger.sql)


def present(connection: Connection) -> Present:
    """Every trigger there is, for `missing` to be asked about several kinds of them."""
    rows = connection.execute(text(_PRESENT[connection.dialect.name]))
    return {name: (table, sql) for name, table, sql in rows}


def missing(connection: Connection, wanted: Triggers, there: Present | None = None) -> list[str]:
    """The names of the triggers that are absent, switched off, or not as they should be. Empty is good."""
    dialect = connection.dialect.name
    there = present(connection) if there is None else there
    return [
        trigger.name
        for trigger in wanted[dialect]
        if there.get(trigger.name) != (trigger.table, _as_stored(trigger, dialect))
    ]


def _as_stored(trigger: Trigger, dialect: str) -> str:
    """The trigger's definition as its database tells it back."""
    if dialect == "sqlite":
        return trigger.sql
    head, body, made = trigger.sql.split("$guard$")
    function = head.partition("(")[0].rpartition(" ")[2]
    definition = made.split(";\n")[1]
    return f"{function}|search_path=public, pg_temp|{body}|{definition}|A"
