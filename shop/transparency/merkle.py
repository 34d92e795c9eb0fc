"""The Merkle tree of RFC 6962, section 2.1: its root, its proofs, and whether a proof holds. SHA-256 only.

A tree is read through a `Node`: the hash over a complete part of it. So proofs of a tree of a million leaves
touch some twenty hashes, wherever those are kept (`stored_tree`).
"""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

HASH_BYTES: Final = 32
EMPTY: Final = hashlib.sha256().digest()
"""The root of a tree without leaves."""

Node = Callable[[int, int], bytes]
"""(level, index) to the hash over the 2**level leaves from index * 2**level on; level 0 are leaves'."""


class ProofFails(Exception):
    """What was shown does not prove what it should."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two parts of the tree that stand side by side."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(node: Node, size: int) -> bytes:
    """The root of the first `size` leaves."""
    return _over(node, 0, size) if size else EMPTY


def inclusion(node: Node, index: int, size: int) -> list[bytes]:
    """What proves that a leaf (counted from 0) stands in the tree of that size, from the leaf upwards.

    Raises IndexError when the tree does not reach so far.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    found: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append(_over(node, middle, end))
            end = middle
        else:
            found.append(_over(node, start, middle))
            start = middle
    return found[::-1]


def consistency(node: Node, old: int, new: int) -> list[bytes]:
    """What proves that the tree of size `old` is the beginning of the one of size `new`.

    Empty when either says nothing: nothing is before the first leaf, and equal sizes are compared by root.
    """
    if not 0 <= old <= new:
        raise IndexError(old)
    return [] if old in {0, new} else _sub_proof(node, old, 0, new, whole=True)


def root_by_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that a tree has if the proof is right. Raises ProofFails when its length cannot be.

    `leaf` is the leaf's hash. Compare the result with the root of a checkpoint: this checks nothing yet.
    """
    if not 0 <= index < size:
        raise ProofFails(f"there is no leaf {index} among {size}")
    at, last, found = index, size - 1, leaf
    for other in proof:
        if not last:
            raise ProofFails("the proof is too long")
        if at & 1 or at == last:
            found = node_hash(other, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, other)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofFails("the proof is too short")
    return found


def check_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Raise ProofFails unless the proof shows that the older tree is the beginning of the newer one."""
    if old > new or (old in {0, new} and proof) or (0 < old < new and not proof):
        raise ProofFails("the proof has another length than these sizes need")
    if old == new and old_root != new_root:
        raise ProofFails("two roots of one size differ")
    if old in {0, new}:
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if _both_roots(old - 1, new - 1, path) != (old_root, new_root):
        raise ProofFails("the older tree is not the beginning of the newer one")


def _both_roots(at: int, last: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that a path of consistency leads to (RFC 9162, section 2.1.4.2)."""
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for other in path[1:]:
        if not last:
            raise ProofFails("the proof is too long")
        if at & 1 or at == last:
            before, after = node_hash(other, before), node_hash(other, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, other)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofFails("the proof is too short")
    return before, after


def joined(parts: Sequence[bytes]) -> bytes:
    """The root over complete parts of falling size, as they stand from left to right; at least one."""
    found = parts[-1]
    for part in reversed(parts[:-1]):
        found = node_hash(part, found)
    return found


def complete(hashes: Sequence[bytes]) -> bytes:
    """The hash over 2**n hashes that stand side by side."""
    row = hashes
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def _over(node: Node, start: int, end: int) -> bytes:
    """The hash over the leaves from `start` to before `end`, where a part of the tree begins at `start`."""
    count = end - start
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return node(level, start >> level)
    middle = start + _split(count)
    return node_hash(_over(node, start, middle), _over(node, middle, end))


def _split(count: int) -> int:
    """The largest power of two below `count`: where RFC 6962 parts a tree."""
    return 1 << ((count - 1).bit_length() - 1)


def _sub_proof(node: Node, old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    if old == end - start:
        return [] if whole else [_over(node, start, end)]
    middle = start + _split(end - start)
    if old <= middle - start:
        return [*_sub_proof(node, old, start, middle, whole=whole), _over(node, middle, end)]
    rest = _sub_proof(node, old - (middle - start), middle, end, whole=False)
    return [*rest, _over(node, start, middle)]
