"""Alembic's entry: it always runs on the connection that `shop.migrations` hands it."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from shop.orm import Base, UtcDateTime


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our own types into migrations as what they are in SQL, so that old migrations never change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=False,  # batch mode copies tables and would lose the ledger's triggers
    render_item=render,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
