"""A log of gifts in memory, as the shop keeps it in its database: to be proved, and tampered with."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from shop.transparency import merkle
from shop.transparency.checkpoints import Checkpoint
from shop.transparency.gift_proofs import Proof
from shop.transparency.leaves import Gift, commitment, committed
from shop.transparency.signed_notes import SigningKey
from tests.transparency.log_books import KEY

POLICY = hashlib.sha256(b"a policy").hexdigest()


def salt_of(what: str) -> bytes:
    """A salt as it is derived from an order's key: of one commitment alone."""
    return hashlib.sha256(f"salt of {what}".encode()).digest()


@dataclass
class SmallLog:
    """Gifts of units of orders, a leaf each, in this order."""

    what: Sequence[str]
    key: SigningKey = KEY
    kind: str = "accrue"
    leaves: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.leaves = [self._gift(what).leaf(number) for number, what in enumerate(self.what, start=1)]
        self.rehash()

    def rehash(self) -> None:
        """Make the tree anew, of the leaves as they are."""
        self._hashes = [merkle.leaf_hash(leaf) for leaf in self.leaves]
        self.node = lru_cache(maxsize=None)(self._node)

    @property
    def size(self) -> int:
        return len(self.leaves)

    @property
    def checkpoint(self) -> str:
        root = merkle.root(self.node, self.size)
        return str(self.key.sign(Checkpoint(self.key.name, self.size, root).text))

    def proof(self, what: str, *, checkpoint: str = "") -> Proof:
        at = self.what.index(what)
        return Proof(
            leaf=self.leaves[at],
            number=at + 1,
            salt=salt_of(what),
            committed=what,
            inclusion=tuple(merkle.inclusion(self.node, at, self.size)),
            size=self.size,
            root=merkle.root(self.node, self.size),
            checkpoint=checkpoint or self.checkpoint,
            ledger_seq=at + 1,
        )

    def _gift(self, what: str) -> Gift:
        made = commitment(salt_of(what), what)
        return Gift(kind=self.kind, month="2026-05", pence=500, policy=POLICY, commitment=made)

    def _node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self._hashes[index]
        return merkle.node_hash(self.node(level - 1, 2 * index), self.node(level - 1, 2 * index + 1))


def units(orders: int) -> list[str]:
    """The first gifts of the units of so many orders: one, two or three each."""
    found = (
        committed(f"PM-{number:04d}-2F", unit, 1)
        for number in range(orders)
        for unit in range(1, number % 3 + 2)
    )
    return list(found)
