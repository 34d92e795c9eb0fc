"""Our tree gives the roots and proofs of RFC 6962, as another program has them, and takes no other proof."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from shop.transparency import merkle
from shop.transparency.merkle import ProofFails
from shop.transparency.tiles import Edge

MOST = 300
"""More than one tile."""

LEAVES = [f"leaf {number}".encode() for number in range(MOST)]
HASHES = [merkle.leaf_hash(leaf) for leaf in LEAVES]
SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 100, 127, 128, 129, 255, 256, 257, 300]


def node(level: int, index: int) -> bytes:
    """The tree of all leaves, hashed anew each time."""
    first = index << level
    assert first + (1 << level) <= MOST
    return merkle.complete(HASHES[first : first + (1 << level)])


@pytest.fixture(scope="module")
def theirs() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    for leaf in LEAVES:
        tree.append_entry(leaf)
    return tree


def test_a_tree_of_no_leaves_has_the_hash_of_nothing_as_its_root() -> None:
    assert merkle.root(node, 0) == sha256().digest() == Edge().root()


def test_every_root_is_the_other_programs_and_the_growing_edges(theirs: InmemoryTree) -> None:
    edge = Edge()
    for size, leaf in enumerate(HASHES, start=1):
        list(edge.add(leaf))
        assert edge.root() == merkle.root(node, size) == theirs.get_root(size), size


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_as_the_other_program_proves_it(theirs: InmemoryTree, size: int) -> None:
    root = merkle.root(node, size)
    for index in range(size):
        ours = merkle.inclusion(node, index, size)
        assert merkle.root_by_inclusion(HASHES[index], index, size, ours) == root
        other = theirs.prove_inclusion(index + 1, size)
        assert set(ours) | {HASHES[index]} == set(other.path)
        if index in {0, size // 2, size - 1}:
            verify_inclusion(HASHES[index], root, other)


@pytest.mark.parametrize("new", SIZES)
def test_every_older_tree_is_proved_to_be_the_beginning(theirs: InmemoryTree, new: int) -> None:
    roots = {size: merkle.root(node, size) for size in range(new + 1)}
    for old in range(new + 1):
        proof = merkle.consistency(node, old, new)
        merkle.check_consistency(old, new, roots[old], roots[new], proof)
        if old in SIZES:
            verify_consistency(roots[old], roots[new], theirs.prove_consistency(old, new))
        if 0 < old < new:
            with pytest.raises(ProofFails):
                merkle.check_consistency(old, new, roots[new], roots[new], proof)


def wrong(proof: Sequence[bytes]) -> list[list[bytes]]:
    """A proof cut, made longer, turned round, and with each hash changed."""
    flipped = [bytes([one[0] ^ 1]) + one[1:] for one in proof]
    changed = [[*proof[:at], flipped[at], *proof[at + 1 :]] for at in range(len(proof))]
    turned = [list(reversed(proof))] if len(proof) > 1 else []
    return [list(proof[:-1]), list(proof[1:]), [*proof, HASHES[0]], *changed, *turned]


@pytest.mark.parametrize(("index", "size"), [(0, 2), (3, 7), (6, 7), (255, 257), (256, 257), (299, 300)])
def test_a_proof_that_was_touched_leads_to_no_root(index: int, size: int) -> None:
    root, proof = merkle.root(node, size), merkle.inclusion(node, index, size)
    for bad in wrong(proof):
        try:
            assert merkle.root_by_inclusion(HASHES[index], index, size, bad) != root
        except ProofFails:
            continue
    assert merkle.root_by_inclusion(HASHES[index - 1], index, size, proof) != root


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 7), (6, 300), (256, 257), (299, 300)])
def test_a_proof_of_growth_that_was_touched_fails(old: int, new: int) -> None:
    roots = merkle.root(node, old), merkle.root(node, new)
    for bad in wrong(merkle.consistency(node, old, new)):
        with pytest.raises(ProofFails):
            merkle.check_consistency(old, new, *roots, bad)


def test_what_cannot_be_is_no_proof() -> None:
    some = HASHES[0]
    for size, index in ((0, 0), (3, 3), (3, -1)):
        with pytest.raises(IndexError):
            merkle.inclusion(node, index, size)
        with pytest.raises(ProofFails):
            merkle.root_by_inclusion(some, index, size, [])
    with pytest.raises(IndexError):
        merkle.consistency(node, 3, 2)
    for old, new, proof in ((2, 1, []), (0, 2, [some]), (2, 2, [some]), (1, 2, [])):
        with pytest.raises(ProofFails):
            merkle.check_consistency(old, new, some, some, proof)
    with pytest.raises(ProofFails):
        merkle.check_consistency(2, 2, some, HASHES[1], [])
