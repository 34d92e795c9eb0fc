"""The edge of the metal, to lay the piece by: in no file unless asked for, and then cut by no program."""

import io
import subprocess
from xml.etree import ElementTree as ET

import ezdxf
import numpy as np
import pytest
from ezdxf.addons.drawing import Frontend, RenderContext
from ezdxf.addons.drawing.recorder import Recorder
from PIL import Image
from pypdf import PdfReader

from shop.engraving import FACES, Area
from shop.engraving.jig import Jig
from shop.engraving.outlines import CutSide, cut
from shop.engraving.writers import FORMATS
from tests.engraving.files import READERS, apart, bounds

pytestmark = pytest.mark.slow

DISC = Area("front", "Front", "disc", 16, 16, 3)
WORDS = {2: "Zoë"}
DPI = 600
CLOSE_MM = 0.01
FILES = [suffix for suffix in FORMATS if suffix != "png"]
"""The picture is for letters, and shows the metal itself."""
GUIDED = [suffix for suffix in FILES if suffix != "plt"]


@pytest.fixture(scope="module")
def side() -> CutSide:
    return cut(DISC, FACES["great-vibes"], WORDS)


@pytest.mark.parametrize("suffix", FILES)
def test_no_file_has_a_guide_of_its_own_accord(suffix: str, side: CutSide) -> None:
    data = FORMATS[suffix].write(side)
    found = READERS[suffix](data)
    assert found.filled
    assert not found.guide
    assert b"GUIDE" not in data


@pytest.mark.parametrize("suffix", GUIDED)
def test_a_guide_that_is_asked_for_is_as_large_as_the_metal(suffix: str) -> None:
    for area in (
        DISC,
        Area("front", "Front", "bar", 30, 5, 1),
        Area("front", "Front", "heart", 15, 14, 2),
        Area("large", "Large", "ring", 22, 22, 1),
    ):
        words = {1: "Zoë"}
        plain, shown = (
            READERS[suffix](FORMATS[suffix].write(cut(area, FACES["marcellus"], words), jig))
            for jig in (Jig(), Jig(guide=True))
        )
        high = area.width_mm if area.shape == "ring" else area.height_mm
        left, bottom, right, top = bounds(shown.guide)
        assert (right - left, top - bottom) == pytest.approx((area.width_mm, high), abs=CLOSE_MM)
        assert len(shown.guide) == (2 if area.shape == "ring" else 1)
        assert apart(plain.filled, shown.filled) < 1e-9, "the guide moves nothing that is cut"


def test_in_dxf_the_guide_does_not_plot(side: CutSide) -> None:
    document = ezdxf.read(io.StringIO(FORMATS["dxf"].write(side, Jig(guide=True)).decode()))
    assert not document.layers.get("GUIDE").dxf.plot
    assert document.layers.get("ENGRAVE").dxf.get("plot", 1)
    assert {found.dxf.layer for found in document.modelspace()} == {"GUIDE", "ENGRAVE"}
    layers = []
    for printing in (False, True):
        drawn = Recorder()
        Frontend(RenderContext(document, export_mode=printing), drawn).draw_layout(document.modelspace())
        layers.append({properties.layer for _, properties in drawn.player().recordings()})
    assert layers == [{"GUIDE", "ENGRAVE"}, {"ENGRAVE"}]


def rendered(command: list[str], data: bytes) -> np.ndarray:
    """What a program draws of a file."""
    done = subprocess.run(command, input=data, capture_output=True, check=True, timeout=60)
    return np.array(Image.open(io.BytesIO(done.stdout)).convert("RGBA"))


@pytest.mark.parametrize(
    ("suffix", "command", "shown_by"),
    [
        ("pdf", ["pdftoppm", "-r", str(DPI), "-png", "-"], (b"/OFF [", b"/XXX [")),
        ("svg", ["rsvg-convert", "-d", str(DPI), "-p", str(DPI)], (b'display="none"', b"")),
    ],
)
def test_programs_leave_the_guide_out_until_it_is_switched_on(
    suffix: str, command: list[str], shown_by: tuple[bytes, bytes], side: CutSide
) -> None:
    plain, asked = (FORMATS[suffix].write(side, jig) for jig in (Jig(), Jig(guide=True)))
    assert (rendered(command, plain) == rendered(command, asked)).all()
    switched_on = asked.replace(*shown_by)
    assert (rendered(command, plain) != rendered(command, switched_on)).any(), "there is one to leave out"


def test_a_pdf_says_that_its_guide_is_for_the_screen_alone(side: CutSide) -> None:
    catalog = PdfReader(io.BytesIO(FORMATS["pdf"].write(side, Jig(guide=True))), strict=True).root_object
    ((group,), usual) = catalog["/OCProperties"]["/OCGs"], catalog["/OCProperties"]["/D"]
    uses = {use: str(said[f"{use}State"]) for use, said in group.get_object()["/Usage"].items()}
    assert uses == {"/View": "/ON", "/Print": "/OFF", "/Export": "/OFF"}
    assert {event.get_object()["/Event"] for event in usual["/AS"]} == set(uses)
    assert usual["/OFF"] == catalog["/OCProperties"]["/OCGs"], "off where a program does not ask"


def test_in_svg_the_guide_has_the_colour_of_lightburns_tool_layer(side: CutSide) -> None:
    guide = ET.fromstring(FORMATS["svg"].write(side, Jig(guide=True))).find("*[@id='GUIDE']")
    assert guide is not None
    assert {path.get("stroke") for path in guide} == {"#f36926"}


def test_in_a_lightburn_project_the_guide_is_on_a_tool_layer(side: CutSide) -> None:
    project = ET.fromstring(FORMATS["lbrn2"].write(side, Jig(guide=True)))
    kinds = {layer.find("index").get("Value"): layer.get("type") for layer in project.iter("CutSetting")}
    assert kinds == {"0": "Scan", "30": "Tool"}
    assert {shape.get("CutIndex") for shape in project.iter("Shape")} == set(kinds)


def test_a_plotter_is_given_no_guide_for_it_would_draw_it(side: CutSide) -> None:
    plain, asked = (FORMATS["plt"].write(side, jig) for jig in (Jig(), Jig(guide=True)))
    assert plain == asked
