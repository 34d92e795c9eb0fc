"""The outlines that are cut are those of the ink on the paper, to so many hundredths of a millimetre."""

from collections import Counter, defaultdict
from dataclasses import replace

import pytest
from PIL import ImageFilter

from shop.artwork.photographs import read_photograph
from shop.artwork.refusals import NotTraced
from shop.artwork.request import Request
from shop.artwork.tracing import BLURRED, TOO_FAR, traced
from tests.artwork.measure import Measured, aligned, measured, on_the_metal
from tests.artwork.sheets import KINDS, OF_A_KIND, SHEETS, Photograph, Sheet, sheet_photograph

GOOD_MM, GOOD_SHARE, POOR_MM, POOR_SHARE, OVERLAP = 0.05, 0.99, 0.1, 0.97, 0.95
WIDE_PX = 2016
"""Of a photograph: three million pixels, a quarter of what telephones take."""
FEWER_PX = 1400
"""Half as many pixels, which do for those of every run."""
MOST_REFUSED = {False: 0.05, True: 0.30}
"""Of the good sheets, and of the poor ones."""
WAYS = ("the sheet itself", "after one similarity", "as its corners were set")

TELLING = (
    *("handwriting-1-good", "signature-19-poor", "drawing-13-poor"),
    *("print-0-good", "fingerprint-1-good"),
)
"""Each kind, good or poor: squared, printed, tinted paper, a form's line, glare, a shadow with a stain."""


def request_for(sheet: Sheet, photograph: Photograph, size_px: tuple[int, int]) -> Request:
    wide, high = size_px
    corners = tuple((x / wide, y / high) for x, y in photograph.corners)
    return Request(sheet.kind, photograph.cut_mm, corners, photograph.size_mm)


def against_the_sheet(sheet: Sheet, width_px: int) -> Measured:
    """The paper's size is known, so nothing is fitted. Raises NotTraced."""
    photograph = sheet_photograph(sheet, width_px)
    picture = read_photograph(photograph.data)
    ours = traced(picture, request_for(sheet, photograph, picture.size)).region
    return measured(ours, on_the_metal(photograph.true_ink, photograph.cut_mm))


def looked_at(sheet: Sheet, width_px: int) -> dict[str, Measured]:
    """In all ways; the last is without the paper's edges and exact, as it was before they were looked for.

    Raises NotTraced.
    """
    photograph = sheet_photograph(sheet, width_px)
    picture = read_photograph(photograph.data)
    request = request_for(sheet, photograph, picture.size)
    ours, as_set = (traced(picture, replace(request, to_edges=to_edges)).region for to_edges in (True, False))
    itself = on_the_metal(photograph.true_ink, photograph.cut_mm)
    through_corners = on_the_metal(photograph.ink, photograph.cut_mm)
    found = measured(ours, itself), measured(aligned(ours, itself), itself), measured(as_set, through_corners)
    return dict(zip(WAYS, found, strict=True))


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
def test_the_outline_is_that_of_the_ink_on_the_sheet_itself(name: str) -> None:
    (sheet,) = (sheet for sheet in SHEETS if sheet.name == name)
    found = against_the_sheet(sheet, FEWER_PX)
    assert good_enough(sheet, found), found


@pytest.mark.slow
@pytest.mark.parametrize(("width_px", "blur_px", "why"), [(620, 0, TOO_FAR), (1200, 5, BLURRED)])
def test_what_is_too_small_or_blurred_to_be_cut_so_wide_is_refused_with_what_to_do(
    width_px: int, blur_px: int, why: str
) -> None:
    photograph = sheet_photograph(SHEETS[0], width_px)
    picture = read_photograph(photograph.data).filter(ImageFilter.GaussianBlur(blur_px))
    request = request_for(SHEETS[0], photograph, picture.size)
    with pytest.raises(NotTraced) as refused:
        traced(picture, request)
    assert str(refused.value) == why
    assert traced(picture, replace(request, width_mm=8)).region.area, "narrower, it does"


@pytest.mark.faults_long
def test_of_all_sheets_the_outlines_are_those_of_the_ink_and_few_are_refused() -> None:
    counted: dict[tuple[str, bool], Counter[str]] = defaultdict(Counter)
    wrong, least = [], defaultdict[tuple[str, bool, str], float](lambda: 1.0)
    for sheet in SHEETS:
        of, within = counted[sheet.kind, sheet.poor], POOR_MM if sheet.poor else GOOD_MM
        try:
            looks = looked_at(sheet, WIDE_PX)
        except NotTraced as refused:
            of["refused"] += 1
            print(f"{sheet.name} {sheet.paper} {' '.join(sheet.faults)}: {refused}", flush=True)  # noqa: T201
            continue
        for way, found in looks.items():
            of[way] += good_enough(sheet, found)
            least[sheet.kind, sheet.poor, way] = min(least[sheet.kind, sheet.poor, way], found.worst(within))
            if not good_enough(sheet, found):
                wrong.append(f"{sheet.name}, {way}: {found}")
    for (kind, poor), of in counted.items():
        shares = ", ".join(f"{least[kind, poor, way]:.4f}" for way in WAYS)
        print(f"{kind}, {'poor' if poor else 'good'}: {dict(of)}, least {shares}")  # noqa: T201
    print("\n".join(wrong))  # noqa: T201
    assert not wrong
    for poor, most in MOST_REFUSED.items():
        refused = sum(of["refused"] for (_, is_poor), of in counted.items() if is_poor == poor)
        assert refused <= most * len(SHEETS) / 2, f"{refused} refused, {poor=}"
