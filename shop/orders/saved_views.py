"""Choices of orders that the owner comes back to, by name."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shop.orders.models import SavedView
from shop.sql import dialect_insert
from shop.text.typed_text import kept_line, line_problem

LONGEST_NAME: Final = 40


class NoName(Exception):
    """The name is empty, too long, or cannot be shown."""


def views(session: Session) -> Sequence[SavedView]:
    """Every view, by name."""
    return session.scalars(select(SavedView).order_by(SavedView.name)).all()


def save(session: Session, name: str, query: str) -> str:
    """Keep a choice under a name, in the place of another of that name. Give the name. Raises NoName."""
    kept = kept_line(name)
    if not kept or line_problem(kept, LONGEST_NAME):
        raise NoName
    put = dialect_insert(session, SavedView).values(name=kept, query=query)
    session.execute(put.on_conflict_do_update(index_elements=["name"], set_={"query": query}))
    return kept


def forget(session: Session, view_id: int) -> None:
    """Keep a view no longer. One that somebody removed a moment ago is no error."""
    session.execute(delete(SavedView).where(SavedView.id == view_id))
