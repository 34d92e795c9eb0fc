"""What is cut is what was approved: the same ink, to 0.02 square millimetres and to two hundredths of one."""

import pytest

from shop.engraving import Area, check, proof
from shop.engraving.outlines import cut_sides
from tests.engraving import rasters

DISC = Area("front", "Front", "disc", 16, 16, 3, rim=True)


@pytest.mark.parametrize("name", ["Henry", "Merike", "Jack", "Maarja", "Thyra", "Grzegorz"])
def test_no_letter_loses_ink_on_its_way_to_the_cutter(name: str) -> None:
    engraving = check([DISC], "great-vibes", {("front", 1): name})
    assert engraving is not None
    shown = rasters.area_mm2(rasters.of_proof(proof(DISC, engraving), turn=21))
    cut = sum(contour.signed_area for contour in cut_sides([DISC], engraving)["front"].filled)
    assert cut == pytest.approx(shown, abs=rasters.AREA_MM2)
