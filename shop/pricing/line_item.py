"""One unit as the buyer chose it."""

from shop.engraving import Engraving
from shop.frozen import frozen


@frozen
class LineItem:
    """One unit of one variant, and the words for it."""

    variant_id: int
    engraving: Engraving | None
    dedication: str | None
    shared_as: str | None = None
    """The name to show beside the dedication on the remembrance wall ("" for none); None keeps it private."""
