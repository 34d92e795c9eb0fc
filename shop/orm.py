"""What tables are made of: their base, how a moment is kept, checks and indexes of more than a column."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import CheckConstraint, DateTime, Dialect, Index, MetaData, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.schema import CreateIndex
from sqlalchemy.types import TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime: TIMESTAMPTZ on PostgreSQL, sortable text on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive datetime: its moment is unknown. Raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give back the same moment, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Every table of the shop."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012


def table_of(model: type[Base]) -> Table:
    """Its table, for statements that are about rows and need no objects: they cost a fraction."""
    return cast("Table", model.__table__)


def one_of(column: str, kinds: Iterable[str]) -> CheckConstraint:
    """A check that a column holds one of these words: a StrEnum, or any others."""
    values = ", ".join(f"'{kind}'" for kind in kinds)
    return CheckConstraint(f"{column} IN ({values})", name=f"{column}_known")


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index of the rows that satisfy `where`.

    SQLAlchemy's own options for it (`postgresql_where`) load the dialect of a database that nobody uses.
    """
    return Index(name, *columns, unique=unique, info={"where": where})


@compiles(CreateIndex)
def _create_index(create: CreateIndex, compiler: Any, **options: Any) -> str:
    made: str = compiler.visit_create_index(create, **options)
    where = create.element.info.get("where")
    return f"{made} WHERE {where}" if where else made
