"""What metal can hold of an artwork is said in millimetres, with choices that do help."""

import pytest
import shapely

from shop.artwork.fineness import fineness, path_data, thickened, widest_mm
from shop.engraving import Area, Tool
from shop.engraving.regions import glyph_region

LASER = Tool("fibre", 0.1, 0.7)


def drawing(*parts: shapely.Geometry) -> str:
    return path_data(shapely.union_all(parts))


def comb(line_mm: float, gap_mm: float) -> str:
    """Five bars so thick and so far apart, joined along the top."""
    step = line_mm + gap_mm
    bars = [shapely.box(at * step, 0, at * step + line_mm, 5) for at in range(5)]
    return drawing(*bars, shapely.box(0, -1, 4 * step + line_mm, 0.2))


@pytest.mark.parametrize(("line", "gap"), [(0.08, 0.3), (0.2, 0.06), (0.31, 0.47)])
def test_the_finest_line_and_gap_are_told_to_a_hundredth_of_a_millimetre(line: float, gap: float) -> None:
    found = fineness(comb(line, gap), LASER)
    assert found.line_mm == pytest.approx(line, abs=0.01)
    assert found.gap_mm == pytest.approx(gap, abs=0.01)


def test_what_the_machine_cannot_cut_is_outlined_and_nothing_else() -> None:
    thick, thin = shapely.box(0, 0, 4, 1), shapely.box(4, 0.4, 8, 0.46)
    found = fineness(drawing(thick, thin), LASER)
    assert not found.holds
    assert not found.fine_gaps
    shown = glyph_region(found.fine_lines, 1.0)
    assert thin.buffer(0.01).covers(shown)
    assert shown.area > 0.95 * thin.area


def test_what_all_is_thick_enough_holds_and_need_not_grow() -> None:
    found = fineness(comb(0.3, 0.3), LASER)
    assert found.holds
    assert (found.larger, found.thicker_mm) == (1, 0)


@pytest.mark.parametrize(("line", "gap"), [(0.06, 0.4), (0.2, 0.03), (0.05, 0.03)])
def test_at_the_size_that_is_named_all_of_it_holds_and_a_little_smaller_it_does_not(
    line: float, gap: float
) -> None:
    larger = fineness(comb(line, gap), LASER).larger
    assert fineness(comb(line * larger * 1.02, gap * larger * 1.02), LASER).holds
    assert not fineness(comb(line * larger * 0.9, gap * larger * 0.9), LASER).holds


def test_made_thicker_by_what_was_said_it_holds() -> None:
    found = fineness(comb(0.06, 0.4), LASER)
    assert found.thicker_mm == pytest.approx(0.04, abs=0.011)
    assert fineness(thickened(comb(0.06, 0.4), found.thicker_mm + 0.005), LASER).holds


def test_nobody_is_told_to_thicken_what_would_close_its_gaps() -> None:
    assert fineness(comb(0.05, 0.06), LASER).thicker_mm is None


def test_a_side_says_how_wide_an_artwork_may_be_on_it() -> None:
    disc, bar = Area("front", "Front", "disc", 16, 16, 1), Area("front", "Front", "bar", 30, 5, 1)
    assert widest_mm(disc, 1, 1) == pytest.approx(14.4 / 2**0.5, abs=0.05)
    assert widest_mm(bar, 10, 1) == pytest.approx(29, abs=0.05)
    assert widest_mm(bar, 1, 1) == pytest.approx(4, abs=0.05)
    assert widest_mm(Area("front", "Front", "ring", 22, 22, 1), 10, 1) == 0
