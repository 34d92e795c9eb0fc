"""What the buyer approved for one unit: sealed with the order, drawn the same ever after, provable by digest.

The sizes of the sides are kept with the words, so a piece may change later and the drawing does not.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import asdict, field
from typing import Any

from shop.engraving import Area, Engraving, proof_digest
from shop.engraving.cut_check import Checked, checked_cut, checked_digest
from shop.frozen import frozen

Digests = tuple[str | None, str | None]
"""Those of a unit's drawing and of its cut; none for a unit without words."""


@frozen
class Approved:
    """An engraving, the sides it is cut into, and the salt that keeps its digest from being guessed."""

    engraving: Engraving = field(repr=False)
    sides: tuple[Area, ...]
    salt: str = field(repr=False)

    @classmethod
    def now(cls, engraving: Engraving, sides: Sequence[Area]) -> "Approved":
        """What is approved at this moment; only the engraved sides are kept."""
        kept = tuple(side for side in sides if side.key in engraving.engraved)
        return cls(engraving, kept, secrets.token_hex(16))

    @classmethod
    def unsealed(cls, words: dict[str, Any]) -> "Approved | None":
        """Read what `sealed` wrote; None when the unit has no words. Raises EngravingUnreadable."""
        if not words.get("engraving"):
            return None
        sides = tuple(Area(**side) for side in words["sides"])
        return cls(Engraving.from_json(words["engraving"]), sides, words["salt"])

    def sealed(self) -> dict[str, Any]:
        """As JSON can hold it."""
        sides = [asdict(side) for side in self.sides]
        return {"engraving": self.engraving.to_json(), "sides": sides, "salt": self.salt}

    def digest(self) -> str:
        """SHA-256 in hex of the salt and the proof's own digest: words, face, font file, sizes and drawings.

        Without the salt, which is sealed with the words, a short name could be guessed from it.
        """
        return self._salted(self.proof())

    def proof(self) -> str:
        """The proof's own digest, without salt: never to be kept."""
        return proof_digest(self.sides, self.engraving)

    def cut(self) -> Checked:
        """The outlines of every side, held against their drawings. Raises NotCuttable."""
        return checked_cut(self.sides, self.engraving)

    def cut_digest(self, proof: str | None = None) -> str:
        """The same of the outlines that are cut: see checked_digest. Raises NotCuttable."""
        return self._salted(checked_digest(self.sides, self.engraving, proof))

    def digests(self) -> "Digests":
        """Of its drawing and of its cut; the second is None for what is drawn by hand. Raises NotCuttable."""
        proof = self.proof()
        return self._salted(proof), None if self.engraving.by_hand else self.cut_digest(proof)

    def salted_cut(self, cut: Checked) -> str:
        """What `cut_digest` gives for outlines that are at hand."""
        return self._salted(cut.digest)

    def _salted(self, digest: str) -> str:
        return salted(self.salt, digest)


def salted(salt: str, digest: str) -> str:
    """SHA-256 in hex of a salt and a digest."""
    return hashlib.sha256(f"{salt}:{digest}".encode()).hexdigest()
