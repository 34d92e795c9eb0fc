"""Tiles: a log's tree and its leaves as files that never change (c2sp.org/tlog-tiles).

A tile holds up to 256 hashes of one level of every eighth; a bundle up to 256 leaves. Only the last of each
level is ever partial.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from shop.frozen import frozen
from shop.transparency.merkle import EMPTY, HASH_BYTES, complete, joined

WIDTH: Final = 256
LEVELS: Final = 8
"""Levels of the tree in one tile."""
MOST_LEAF: Final = 0xFFFF
"""Bytes of a leaf that a bundle can hold."""

_PATH: Final = re.compile(
    r"(?P<level>entries|0|[1-5]?[0-9]|6[0-3])/(?P<index>(?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)


class NoSuchTile(Exception):
    """The path names no tile."""


@frozen
class TilePath:
    """Which tile: of a level, or of the leaves themselves (None); the first `width` of it."""

    level: int | None
    index: int
    width: int = WIDTH

    def __str__(self) -> str:
        """As it stands after `tile/`."""
        parts = [f"{self.index % 1000:03d}"]
        rest = self.index // 1000
        while rest:
            parts.append(f"x{rest % 1000:03d}")
            rest //= 1000
        level = "entries" if self.level is None else str(self.level)
        partial = "" if self.width == WIDTH else f".p/{self.width}"
        return f"{level}/{'/'.join(reversed(parts))}{partial}"

    @classmethod
    def read(cls, text: str) -> "TilePath":
        """The tile of a path, in the one way in which it may be written. Raises NoSuchTile."""
        found = _PATH.fullmatch(text)
        if not found:
            raise NoSuchTile(text)
        level = None if found["level"] == "entries" else int(found["level"])
        index = int(re.sub("[x/]", "", found["index"]))
        path = cls(level, index, int(found["width"] or WIDTH))
        if path.width > WIDTH or str(path) != text:
            raise NoSuchTile(text)
        return path

    def last_of(self, size: int) -> int:
        """How many hashes or leaves it has in a log of that size; 0 when there is no such tile."""
        there = size >> (LEVELS * (self.level or 0))
        return max(0, min(WIDTH, there - self.index * WIDTH))


@frozen
class Tile:
    """A full tile: its hashes one after the other, and the one hash over them."""

    level: int
    index: int
    hashes: bytes
    root: bytes


@dataclass
class Edge:
    """The right edge of a growing tree: how many leaves there are, and by level what fills no tile yet."""

    size: int = 0
    partial: list[list[bytes]] = field(default_factory=list)

    def add(self, leaf: bytes) -> Iterator[Tile]:
        """Take the next leaf's hash; give the tiles that it fills."""
        self.size += 1
        found, level = leaf, 0
        while True:
            if level == len(self.partial):
                self.partial.append([])
            row = self.partial[level]
            row.append(found)
            if len(row) < WIDTH:
                return
            found = complete(row)
            index = (self.size >> (LEVELS * (level + 1))) - 1
            yield Tile(level, index, b"".join(row), found)
            row.clear()
            level += 1

    def root(self) -> bytes:
        """The root of the tree as far as it has grown."""
        parts = [part for row in reversed(self.partial) for part in _complete_parts(row)]
        return joined(parts) if parts else EMPTY


def split(hashes: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]


def bundle(leaves: Iterable[bytes]) -> bytes:
    """Leaves as one file, each after its length."""
    return b"".join(len(leaf).to_bytes(2, "big") + leaf for leaf in leaves)


def unbundle(content: bytes) -> list[bytes]:
    """The leaves in such a file. Raises ValueError for anything else."""
    found, at = [], 0
    while at < len(content):
        start = at + 2
        at = start + int.from_bytes(content[at:start], "big")
        if at > len(content) or start > len(content):
            raise ValueError("the file ends inside a leaf")
        found.append(content[start:at])
    return found


def _complete_parts(row: Sequence[bytes]) -> Iterator[bytes]:
    """The hashes over the largest complete parts, from left to right."""
    at = 0
    for level in reversed(range(LEVELS)):
        if len(row) & (1 << level):
            yield complete(row[at : at + (1 << level)])
            at += 1 << level
