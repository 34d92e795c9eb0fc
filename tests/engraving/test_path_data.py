"""Bent outlines are written as Python writes whole numbers."""

import numpy as np

from shop.engraving.path_data import following, written


def test_every_number_up_to_a_metre_in_micrometres_is_written_as_python_writes_it() -> None:
    numbers = np.arange(-999_999, 1_000_000, dtype=np.int32)
    (path,) = written(numbers, [following(" " * len(numbers))])
    assert path[1:].split() == list(map(str, range(-999_999, 1_000_000)))


def test_contours_are_closed_or_left_open_and_each_outline_stands_by_itself() -> None:
    ring, stroke, both = " C     Z", " C     M", " C     Z C     M"
    numbers = np.array([0, -1, 2, 3, 4, 5, 1000, -70000] * 4, np.int32)
    curve = "M0 -1C2 3 4 5 1000 -70000"
    found = written(numbers, [following(each) for each in (ring, stroke, both)])
    assert found == [f"{curve}Z", curve, f"{curve}Z{curve}"]
