"""The log's tree as the database keeps it: full tiles, and leaves where none is full yet."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop.sql import write
from shop.transparency.merkle import complete, leaf_hash
from shop.transparency.models import LogLeaf, LogTile
from shop.transparency.tiles import LEVELS, WIDTH, Edge, Tile, split

AT_A_TIME: Final = 1000
"""Rows in one statement."""


class StoredTree:
    """The tree of one book. What was read once is kept: leaves and tiles never change."""

    def __init__(self, session: Session, book: str) -> None:
        self._session = session
        self._book = book
        self._rows: dict[tuple[int, int], Sequence[bytes]] = {}

    def size(self) -> int:
        """How many leaves there are."""
        return self._session.scalar(select(func.max(LogLeaf.number)).where(LogLeaf.book == self._book)) or 0

    def node(self, level: int, index: int) -> bytes:
        """The hash over a complete part of the tree: a `merkle.Node`."""
        tile_level, rest = divmod(level, LEVELS)
        first = index << rest
        row = self.hashes(tile_level, first // WIDTH)
        return complete(row[first % WIDTH : first % WIDTH + (1 << rest)])

    def hashes(self, level: int, position: int) -> Sequence[bytes]:
        """The hashes of a tile, full or partial, as far as there are any."""
        if (level, position) not in self._rows:
            self._rows[level, position] = self._full(level, position) or self._partial(level, position)
        return self._rows[level, position]

    def edge(self) -> Edge:
        """Where the tree goes on growing."""
        size = self.size()
        partial: list[list[bytes]] = []
        while there := size >> (LEVELS * len(partial)):
            level = len(partial)
            partial.append(list(self.hashes(level, there // WIDTH)) if there % WIDTH else [])
        return Edge(size, partial)

    def leaves(self, position: int) -> Sequence[bytes]:
        """The leaves of a bundle, as far as there are any."""
        query = select(LogLeaf.leaf).where(*_within(self._book, position)).order_by(LogLeaf.number)
        return self._session.scalars(query).all()

    def _full(self, level: int, position: int) -> Sequence[bytes]:
        found = self._session.scalar(
            select(LogTile.hashes).where(
                LogTile.book == self._book, LogTile.level == level, LogTile.position == position
            )
        )
        return split(found) if found else ()

    def _partial(self, level: int, position: int) -> Sequence[bytes]:
        if not level:
            return [leaf_hash(leaf) for leaf in self.leaves(position)]
        first = position * WIDTH
        below = (
            LogTile.book == self._book,
            LogTile.level == level - 1,
            LogTile.position >= first,
            LogTile.position < first + WIDTH,
        )
        return self._session.scalars(select(LogTile.root).where(*below).order_by(LogTile.position)).all()


def append(session: Session, book: str, edge: Edge, leaves: Iterable[dict[str, Any]]) -> None:
    """Write leaves, each with what it is made of, and the tiles they fill. Whoever asks holds the turn."""
    rows: list[dict[str, Any]] = []
    tiles: list[Tile] = []
    for row in leaves:
        tiles += edge.add(leaf_hash(row["leaf"]))
        rows.append({"ledger_seq": None, "announcement_id": None, **row, "book": book, "number": edge.size})
        if len(rows) == AT_A_TIME:
            write(session, LogLeaf, rows)
            rows = []
    write(session, LogLeaf, rows)
    write(session, LogTile, [_tile_row(book, tile) for tile in tiles])


def _tile_row(book: str, tile: Tile) -> dict[str, Any]:
    where = {"book": book, "level": tile.level, "position": tile.index}
    return {**where, "hashes": tile.hashes, "root": tile.root}


def _within(book: str, position: int) -> tuple[Any, ...]:
    first = position * WIDTH
    return LogLeaf.book == book, LogLeaf.number > first, LogLeaf.number <= first + WIDTH
