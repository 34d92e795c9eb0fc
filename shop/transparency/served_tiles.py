"""What of a log is handed out to everybody: its newest checkpoint, and tiles that never change."""

from sqlalchemy.orm import Session

from shop.transparency.publishing import latest, with_cosignatures
from shop.transparency.stored_tree import StoredTree
from shop.transparency.tiles import NoSuchTile, TilePath, bundle


def checkpoint(session: Session, book: str) -> str | None:
    """The newest checkpoint with its cosignatures; None before the first."""
    found = latest(session, book)
    return with_cosignatures(session, found) if found else None


def tile(session: Session, book: str, text: str) -> bytes:
    """The tile or bundle of a path, as far as the newest checkpoint covers it. Raises NoSuchTile.

    Any beginning of a tile is handed out, so also the partial ones of every earlier checkpoint.
    """
    path, newest = TilePath.read(text), latest(session, book)
    if newest is None or path.width > path.last_of(newest.size):
        raise NoSuchTile(text)
    tree = StoredTree(session, book)
    if path.level is None:
        return bundle(tree.leaves(path.index)[: path.width])
    return b"".join(tree.hashes(path.level, path.index)[: path.width])
