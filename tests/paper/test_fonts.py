"""Papers are set in copies of the engraving's fonts, since Typst takes none without a name."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from shop import paper
from shop.engraving.faces import FACES, Face
from shop.paper.typesetting import FONTS

FOLDER = Path(paper.__file__).parent / "fonts"
COPIES = [face for face in FACES.values() if (FOLDER / face.file).exists()]
NAMED = {"name", "head"}
"""What a copy has of its own: its names, and the sum over the file that stands in its head."""


def test_there_are_copies_to_look_at() -> None:
    assert len(COPIES) == 20


@pytest.mark.parametrize("face", COPIES, ids=lambda face: face.slug)
def test_a_copy_has_every_letter_of_its_face_and_another_name_alone(face: Face) -> None:
    copy = FOLDER / face.file
    assert copy in FONTS
    with TTFont(copy, lazy=True) as one, TTFont(face.path, lazy=True) as other:
        ours, theirs = ({tag: font.reader[tag] for tag in font.reader.keys()} for font in (one, other))  # noqa: SIM118
    assert set(ours) == set(theirs)
    assert [tag for tag in ours if tag not in NAMED and ours[tag] != theirs[tag]] == []
