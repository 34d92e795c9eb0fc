"""Paths, tiles and bundles are those of tlog-tiles."""

import pytest

from shop.transparency.merkle import complete, leaf_hash
from shop.transparency.tiles import Edge, NoSuchTile, TilePath, bundle, split, unbundle


@pytest.mark.parametrize(
    ("path", "written"),
    [
        (TilePath(0, 0), "0/000"),
        (TilePath(1, 1234067), "1/x001/x234/067"),
        (TilePath(0, 273, 112), "0/273.p/112"),
        (TilePath(None, 5), "entries/005"),
        (TilePath(None, 1000, 1), "entries/x001/000.p/1"),
        (TilePath(63, 999), "63/999"),
    ],
)
def test_a_path_is_written_and_read_as_the_specification_has_it(path: TilePath, written: str) -> None:
    assert str(path) == written
    assert TilePath.read(written) == path


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "0/0", "0/00", "0/0000", "00/000", "01/000", "64/000", "-1/000", "0/x000/001", "0/001/000",
        "0/x1/000", "0/000.p/0", "0/000.p/256", "0/000.p/01", "0/000.p/", "0/000.p/999", "entry/000",
        "0/٠٠٠", "0/000\n", "0/../000", "0/000/", " 0/000",
    ],
)  # fmt: skip
def test_no_other_spelling_names_a_tile(text: str) -> None:
    with pytest.raises(NoSuchTile):
        TilePath.read(text)


def test_a_log_of_seventy_thousand_has_the_tiles_of_the_specifications_example() -> None:
    size = 70_000
    assert [TilePath(0, index).last_of(size) for index in (0, 272, 273, 274)] == [256, 256, 112, 0]
    assert [TilePath(1, index).last_of(size) for index in (0, 1, 2)] == [256, 17, 0]
    assert [TilePath(2, index).last_of(size) for index in (0, 1)] == [1, 0]
    assert TilePath(3, 0).last_of(size) == 0
    assert TilePath(None, 273).last_of(size) == 112


def test_a_full_tile_stands_in_the_level_above_as_one_hash() -> None:
    hashes = [leaf_hash(bytes([number])) for number in range(256)]
    edge = Edge()
    tiles = [tile for leaf in hashes for tile in edge.add(leaf)]
    assert [(tile.level, tile.index, split(tile.hashes)) for tile in tiles] == [(0, 0, hashes)]
    assert tiles[0].root == complete(hashes) == edge.root()
    assert edge.partial == [[], [tiles[0].root]]


def test_a_bundle_holds_leaves_of_any_length() -> None:
    leaves = [b"", b"a", bytes(65_535)]
    assert unbundle(bundle(leaves)) == leaves
    assert bundle([b"ab"]) == b"\x00\x02ab"
    for broken in (b"\x00", b"\x00\x02a", bundle(leaves)[:-1]):
        with pytest.raises(ValueError, match="ends inside"):
            unbundle(broken)
