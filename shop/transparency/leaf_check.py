"""Hold every leaf against what it was made of, and the tree that is kept against the leaves."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import LargeBinary, Row, Select, cast, select
from sqlalchemy.orm import Session

from shop.dedications.vault import Vault
from shop.giving.models import LedgerEntry, LedgerTxn
from shop.transparency.announcements import leaf_of
from shop.transparency.commitments import OrderSalts, salts_of
from shop.transparency.ledger_rows import COLUMNS, FIRST_LINE, LedgerRow
from shop.transparency.merkle import leaf_hash
from shop.transparency.models import LogAnnouncement, LogLeaf, LogTile
from shop.transparency.stored_tree import AT_A_TIME
from shop.transparency.tiles import LEVELS, Edge, Tile

Progress = Callable[[int], object]
"""Called with how many more leaves were read."""

_LEAVES: Final[Select[*tuple[Any, ...]]] = (
    select(
        LogLeaf.number,
        cast(LogLeaf.leaf, LargeBinary).label("leaf"),  # SQLite would give text back as text
        LogLeaf.ledger_seq,
        LogLeaf.announcement_id,
        LedgerTxn.book,
        *COLUMNS,
    )
    .outerjoin(LedgerTxn, LedgerTxn.seq == LogLeaf.ledger_seq)
    .outerjoin(LedgerEntry, FIRST_LINE)
    .order_by(LogLeaf.number)
    .limit(AT_A_TIME)
)  # fmt: skip


@dataclass
class Walk:
    """What is known after the leaves read so far."""

    book: str
    roots: Mapping[int, object]
    """Sizes at which the root is wanted: those of checkpoints."""
    edge: Edge = field(default_factory=Edge)
    found: dict[int, bytes] = field(default_factory=dict)
    """The roots at those sizes."""
    number: int = 0
    """Of the last leaf; how many there are, unless one is gone."""


def check_leaves(session: Session, vault: Vault, walk: Walk, progress: Progress = bool) -> Iterator[str]:
    """What is wrong with the leaves, in sentences; `walk` is filled on the way."""
    tiles: list[Tile] = []
    while rows := session.execute(
        _LEAVES.where(LogLeaf.book == walk.book, LogLeaf.number > walk.number)
    ).all():
        salts = salts_of(session, vault, {row.order_reference for row in rows if row.order_reference})
        said = _announcements(session, rows)
        for row in rows:
            if row.number != walk.number + 1:
                yield f"Leaf {row.number} of the log follows {walk.number}: what was between is gone."
            yield from _check_one(row, walk.book, salts, said)
            walk.number = row.number
            tiles += walk.edge.add(leaf_hash(row.leaf))
            if walk.edge.size in walk.roots:
                walk.found[walk.edge.size] = walk.edge.root()
        yield from _check_tiles(session, walk.book, tiles)
        tiles.clear()
        progress(len(rows))
    yield from _check_no_more_tiles(session, walk)


def check_nothing_left_out(session: Session, book: str, *, month: str, until: int) -> Iterator[str]:
    """What should be in the log and is not: rows of the months it has closed, and what was announced.

    `until`: what was announced after this number had not come in when the last checkpoint was made.
    """
    for seq in session.scalars(_rows_left_out(book, month)):
        yield f"Transaction {seq} is in no leaf of the log, although its month is closed there."
    for number in session.scalars(_announcements_left_out(book, until)):
        yield f"Announcement {number} is in no leaf of the log."


def _rows_left_out(book: str, month: str) -> Select[int]:
    return (
        select(LedgerTxn.seq)
        .outerjoin(LogLeaf, LogLeaf.ledger_seq == LedgerTxn.seq)
        .where(LedgerTxn.book == book, LedgerTxn.period <= month, LogLeaf.number.is_(None))
        .order_by(LedgerTxn.seq)
    )


def _announcements_left_out(book: str, until: int) -> Select[int]:
    return (
        select(LogAnnouncement.id)
        .outerjoin(LogLeaf, LogLeaf.announcement_id == LogAnnouncement.id)
        .where(LogAnnouncement.book == book, LogAnnouncement.id < until, LogLeaf.number.is_(None))
    )


def _check_one(
    row: Row[Any], book: str, salts: Mapping[str, OrderSalts], said: Mapping[int, LogAnnouncement]
) -> Iterator[str]:
    name = f"Leaf {row.number} of the log"
    if row.announcement_id is not None:
        announced = said.get(row.announcement_id)
        if announced is None or announced.book != book:
            yield f"{name} was made of announcement {row.announcement_id}, which is gone."
        elif leaf_of(announced, row.number) != row.leaf:
            yield f"{name} says otherwise than announcement {row.announcement_id}."
    elif row.seq is None or row.amount_pence is None or row.book != book:
        yield f"{name} was made of transaction {row.ledger_seq}, which is gone."
    elif differing := _differing(row, salts):
        yield f"{name} says otherwise than transaction {row.seq}: {', '.join(differing)}."


def _differing(row: Row[Any], salts: Mapping[str, OrderSalts]) -> Sequence[str]:
    """The parts in which a leaf is not what its row would make of it."""
    gift = LedgerRow.of(row)
    commitment = gift.commitment(salts)
    if commitment is not None and gift.gift(commitment).leaf(row.number) == row.leaf:
        return ()
    try:
        told = json.loads(row.leaf)
        stated = told["commitment"]
    except (ValueError, TypeError, KeyError):
        return ("it cannot be read",)
    wanted = {"number": row.number, **vars(gift.gift(stated if commitment is None else commitment))}
    differing = [part for part, value in wanted.items() if told.get(part) != value]
    return differing or (() if gift.gift(stated).leaf(row.number) == row.leaf else ("how it is written",))


def _announcements(session: Session, rows: Sequence[Row[Any]]) -> dict[int, LogAnnouncement]:
    ids = [row.announcement_id for row in rows if row.announcement_id is not None]
    found = session.scalars(select(LogAnnouncement).where(LogAnnouncement.id.in_(ids)))
    return {one.id: one for one in found}


def _check_tiles(session: Session, book: str, made: Sequence[Tile]) -> Iterator[str]:
    for tile in made:
        kept = session.get(LogTile, (book, tile.level, tile.index))
        if kept is None or (kept.hashes, kept.root) != (tile.hashes, tile.root):
            yield f"Tile {tile.level}/{tile.index} of the log is not what its leaves come to."


def _check_no_more_tiles(session: Session, walk: Walk) -> Iterator[str]:
    kept = select(LogTile.level, LogTile.position).where(LogTile.book == walk.book)
    for level, position in session.execute(kept.order_by(LogTile.level, LogTile.position)):
        if position >= walk.edge.size >> (LEVELS * (level + 1)):
            yield f"Tile {level}/{position} of the log stands for leaves that are not there."
