"""Which catalogue it is stands in one row, moved by the database: whoever has read this version reads it no more"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

TABLES = ("metal", "piece", "side", "variant", "picture", "bench_profile")

POSTGRESQL = """
CREATE OR REPLACE FUNCTION moves_catalogue_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE catalogue_version SET version = replace(CAST(gen_random_uuid() AS text), '-', ''); RETURN NULL; END$guard$
"""


def upgrade() -> None:
    op.create_table(
        "catalogue_version",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_catalogue_version_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_version")),
    )
    plain = op.get_bind().execution_options(no_parameters=True)
    if plain.dialect.name == "sqlite":
        plain.exec_driver_sql("INSERT INTO catalogue_version VALUES (1, lower(hex(randomblob(16))))")
        for table in TABLES:
            for verb in ("INSERT", "UPDATE", "DELETE"):
                plain.exec_driver_sql(_sqlite(table, verb))
        return
    plain.exec_driver_sql(
        "INSERT INTO catalogue_version VALUES (1, replace(CAST(gen_random_uuid() AS text), '-', ''))"
    )
    plain.exec_driver_sql(POSTGRESQL)
    for table in TABLES:
        plain.exec_driver_sql(_postgresql(table))
        plain.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_moves_catalogue_version")


def _sqlite(table: str, verb: str) -> str:
    name = f"{table}_{verb.lower()}_moves_catalogue_version"
    moved = "UPDATE catalogue_version SET version = lower(hex(randomblob(16)))"
    return f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW BEGIN {moved}; END"


def _postgresql(table: str) -> str:
    name = f"{table}_moves_catalogue_version"
    verbs = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
    return f"CREATE TRIGGER {name} AFTER {verbs} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION moves_catalogue_version()"
