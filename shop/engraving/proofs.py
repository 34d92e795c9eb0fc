"""What the buyer approved: the drawings of every engraved side, and one number that stands for all of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field, replace

from shop.engraving.areas import Area
from shop.engraving.drawing import proof
from shop.engraving.engraving import Engraving
from shop.frozen import frozen


@frozen
class Proof:
    """The drawings (SVG) of one engraving, by the key of the side, in the order of the piece's sides."""

    engraving: Engraving
    areas: tuple[Area, ...]
    drawings: Mapping[str, str] = field(repr=False)

    def digest(self) -> str:
        """SHA-256 in hex of the engraving's canonical JSON, the sizes of the sides and their drawings.

        Equal digests say that what is cut is what was approved, to the letter and to the micrometre. A
        short name could be guessed from one, so it is erased with the words.
        """
        sides = [
            (area.key, area.shape, float(area.width_mm), float(area.height_mm), self.drawings[area.key])
            for area in self.areas
        ]
        content = {"engraving": json.loads(self.engraving.to_json()), "sides": sides}
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def proof_of(areas: Sequence[Area], engraving: Engraving) -> Proof:
    """Draw the engraved sides. Raises KeyError when the face is no longer there."""
    engraved = tuple(area for area in areas if area.key in engraving.engraved)
    # What a side is called on the page is no part of what is cut.
    drawings = {area.key: proof(replace(area, label=area.key), engraving) for area in engraved}
    return Proof(engraving, engraved, drawings)


def proof_digest(areas: Sequence[Area], engraving: Engraving) -> str:
    """See Proof.digest."""
    return proof_of(areas, engraving).digest()
