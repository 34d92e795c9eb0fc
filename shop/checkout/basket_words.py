"""A basket line's words, sealed and opened with the cookie they belong to."""

import hashlib

from shop.checkout.models import BasketLine
from shop.dedications.sealing import open_with, seal_with
from shop.engraving import Engraving
from shop.pricing import LineItem


def token_hash(token: str) -> str:
    """What the database knows of a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def seal_words(token: str, item: LineItem) -> bytes:
    """A unit's words, sealed: nobody without the cookie reads them."""
    engraving = item.engraving.to_json() if item.engraving else None
    return seal_with(
        token, {"engraving": engraving, "dedication": item.dedication, "shared_as": item.shared_as}
    )


def item_of(token: str, row: BasketLine) -> LineItem:
    """What a line is to be: its piece and its words, opened with the cookie that sealed them."""
    words = open_with(token, row.words)
    engraving = Engraving.from_json(words["engraving"]) if words["engraving"] else None
    # A basket from before the wall has no such word.
    return LineItem(row.variant_id, engraving, words["dedication"], words.get("shared_as"))
