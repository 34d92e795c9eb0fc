"""The outlines that are cut are those of the ink on the paper, to so many hundredths of a millimetre."""

from collections import Counter, defaultdict

import pytest

from shop.artwork.photographs import read_photograph
from shop.artwork.refusals import NotTraced
from shop.artwork.request import Request
from shop.artwork.tracing import traced
from tests.artwork.measure import Measured, aligned, measured, on_the_metal
from tests.artwork.sheets import KINDS, OF_A_KIND, SHEETS, Photograph, Sheet, sheet_photograph

GOOD_MM, GOOD_SHARE, POOR_MM, POOR_SHARE, OVERLAP = 0.05, 0.99, 0.1, 0.97, 0.95
WIDE_PX = 2016
"""Of a photograph: three million pixels, a quarter of what telephones take."""
MOST_REFUSED = {False: 0.05, True: 0.30}
"""Of the good sheets, and of the poor ones."""

TELLING = (
    *("handwriting-1-good", "handwriting-3-good", "handwriting-17-poor", "signature-0-good"),
    *("signature-19-poor", "drawing-3-good", "drawing-13-poor", "print-0-good", "print-7-good"),
    *("print-14-poor", "fingerprint-1-good", "fingerprint-12-poor"),
)
"""Each kind, good and poor: squared, printed, tinted paper, a form's line, glare, a shadow with a stain."""


def request_for(sheet: Sheet, photograph: Photograph, size_px: tuple[int, int]) -> Request:
    wide, high = size_px
    corners = tuple((x / wide, y / high) for x, y in photograph.corners)
    return Request(sheet.kind, photograph.cut_mm, corners, photograph.size_mm)


def looked_at(sheet: Sheet, width_px: int) -> tuple[Measured, Measured]:
    """Against the sheet as its corners were set, and against the sheet itself. Raises NotTraced."""
    photograph = sheet_photograph(sheet, width_px)
    picture = read_photograph(photograph.data)
    ours = traced(picture, request_for(sheet, photograph, picture.size)).region
    as_set = on_the_metal(photograph.ink, photograph.cut_mm)
    itself = on_the_metal(photograph.true_ink, photograph.cut_mm)
    return measured(ours, as_set), measured(aligned(ours, itself), itself)


def good_enough(sheet: Sheet, found: Measured) -> bool:
    within, share = (POOR_MM, POOR_SHARE) if sheet.poor else (GOOD_MM, GOOD_SHARE)
    return found.worst(within) >= share and (sheet.kind != "print" or found.overlap >= OVERLAP)


def test_there_are_a_hundred_and_twenty_sheets_half_of_each_kind_poor() -> None:
    assert Counter((sheet.kind, sheet.poor) for sheet in SHEETS) == {
        (kind, poor): OF_A_KIND // 2 for kind in KINDS for poor in (False, True)
    }
    assert len(SHEETS) == 120
    assert all(bool(sheet.faults) == sheet.poor for sheet in SHEETS)


@pytest.mark.slow
@pytest.mark.parametrize("name", TELLING)
def test_the_outline_is_that_of_the_ink(name: str) -> None:
    (sheet,) = (sheet for sheet in SHEETS if sheet.name == name)
    found, _ = looked_at(sheet, WIDE_PX)
    assert good_enough(sheet, found), found


@pytest.mark.faults_long
def test_of_all_sheets_the_outlines_are_those_of_the_ink_and_few_are_refused() -> None:
    counted: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    wrong, least = [], defaultdict(lambda: 1.0)
    for sheet in SHEETS:
        of, within = counted[sheet.kind, sheet.poor], POOR_MM if sheet.poor else GOOD_MM
        try:
            found, itself = looked_at(sheet, WIDE_PX)
        except NotTraced as refused:
            of["refused"] += 1
            print(f"{sheet.name} {sheet.paper} {' '.join(sheet.faults)}: {refused}")  # noqa: T201
            continue
        if not good_enough(sheet, found):
            wrong.append(f"{sheet.name}: {found}")
        of["traced"] += 1
        least[sheet.kind, sheet.poor] = min(least[sheet.kind, sheet.poor], found.worst(within))
        of["true to the sheet itself"] += good_enough(sheet, itself)
    for (kind, poor), of in counted.items():
        print(f"{kind}, {'poor' if poor else 'good'}: {dict(of)}, least {least[kind, poor]:.4f}")  # noqa: T201
    assert not wrong
    for poor, most in MOST_REFUSED.items():
        refused = sum(of["refused"] for (_, is_poor), of in counted.items() if is_poor == poor)
        assert refused <= most * len(SHEETS) / 2, f"{refused} refused, {poor=}"
