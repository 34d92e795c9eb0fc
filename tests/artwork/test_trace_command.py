"""What came by post or e-mail is traced by a command, and every file for the cutter cuts the same.

All that it asks of a database is which machine there is, which tests/bench asks of both."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from shop.artwork.artwork import Artwork, trace
from shop.artwork.request import Request
from shop.bench import profiles
from shop.bench.profiles import Profile
from shop.db import Database
from shop.engraving import Tool
from shop.engraving.jig import AS_DRAWN
from shop.engraving.outlines import CutSide
from shop.engraving.writers import FORMATS
from tests.artwork.sheets import SHEETS, Photograph, Sheet, sheet_photograph
from tests.engines import ONE_ENGINE
from tests.engraving.files import READERS, STEP_MM, apart, bounds

pytestmark = pytest.mark.slow

AGREE_MM = 0.02


def sheet(name: str) -> Sheet:
    (found,) = (each for each in SHEETS if each.name == name)
    return found


def in_hundredths(photograph: Photograph, wide: int, high: int) -> str:
    return " ".join(f"{x / wide * 100:.3f},{y / high * 100:.3f}" for x, y in photograph.corners)


def traced(kind: str) -> Artwork:
    photograph = sheet_photograph(sheet(f"{kind}-0-good"), 1000)
    size = (750, 1000) if kind in {"print", "fingerprint"} else (1000, 750)
    corners = tuple((x / size[0], y / size[1]) for x, y in photograph.corners)
    return trace(photograph.data, Request(kind, photograph.cut_mm, corners, photograph.size_mm))


def run(app: Flask, folder: Path, *command_line: str) -> Result:
    photograph = sheet_photograph(sheet("handwriting-0-good"), 1000)
    (folder / "card.jpg").write_bytes(photograph.data)
    corners = in_hundredths(photograph, 1000, 750)
    arguments = [str(folder / "card.jpg"), "--corners", corners, *command_line]
    return app.test_cli_runner().invoke(args=["trace", *arguments])


@ONE_ENGINE
@pytest.mark.parametrize("suffix", ["svg", "dxf", "pdf", "plt", "lbrn2"])
def test_a_birthday_card_becomes_a_file_for_the_cutter_as_wide_as_was_asked(
    app: Flask, tmp_path: Path, suffix: str
) -> None:
    out = tmp_path / f"card.{suffix}"
    said = run(app, tmp_path, "--width", "14", "--out", str(out))
    assert said.exit_code == 0, said.output
    assert "14.00 by" in said.output
    left, _, right, _ = bounds(READERS[suffix](out.read_bytes()).filled)
    assert right - left == pytest.approx(14, abs=0.03)


@ONE_ENGINE
def test_what_is_finer_than_the_machine_is_said_with_what_would_help(app: Flask, tmp_path: Path) -> None:
    out = str(tmp_path / "card.svg")
    fine = run(app, tmp_path, "--width", "14", "--finest", "0.15", "--out", out)
    assert "The machine cuts no line under 0.15 mm. It would hold all of it at" in fine.output
    large = run(app, tmp_path, "--width", "18", "--finest", "0.02", "--out", out)
    assert "The machine can cut all of it." in large.output
    thick = run(app, tmp_path, "--width", "14", "--thicken", "0.2", "--out", out)
    assert "14.20 by" in thick.output


@ONE_ENGINE
def test_the_machine_of_the_bench_is_asked_and_the_sides_that_have_room_are_listed(
    app: Flask, database: Database, tmp_path: Path
) -> None:
    out = str(tmp_path / "card.svg")
    unsaid = run(app, tmp_path, "--width", "14", "--out", out)
    assert "Which machine cuts it is not said at /owner/machine." in unsaid.output
    assert "Inside, left" in unsaid.output
    with database.transaction() as session:
        profiles.save(session, Profile(Tool("diamond", 0.15, 1.0), AS_DRAWN), actor="owner")
    said = run(app, tmp_path, "--width", "14", "--out", out).output
    assert "The machine cuts no line under 0.15 mm. It would hold all of it at" in said
    assert "Inside, left" not in said
    nowhere = run(app, tmp_path, "--width", "14", "--finest", "0.9", "--out", out)
    assert "No side of a piece has room for it" in nowhere.output


@ONE_ENGINE
@pytest.mark.parametrize(("options", "said"), [
    (("--width", "14", "--out", "card.doc"), "ends in one of these"),
    (("--width", "0", "--out", "card.svg"), "from 1 to 200 mm"),
    (("--width", "14", "--out", "card.svg", "--corners", "1,2 3,4"), "four places are needed"),
    (("--width", "14", "--out", "card.svg", "--corners", "0,0 90,90 90,0 0,90"), "clockwise"),
    (("--width", "14", "--out", "card.svg", "--sheet", "large"), "such as 210x297"),
    (("--width", "14", "--out", "card.svg", "--corners", "0,0 10,0 10,10 0,10"), "No ink was found"),
])  # fmt: skip
def test_what_cannot_be_traced_is_answered_with_a_sentence(
    app: Flask, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    found = run(app, tmp_path, *options)
    assert found.exit_code in {1, 2}
    assert said in " ".join(found.output.split())
    assert not list(tmp_path.glob("card.svg"))


@pytest.fixture(scope="module", params=["handwriting", "print", "fingerprint"])
def side(request: pytest.FixtureRequest) -> CutSide:
    return traced(request.param).cut()


@pytest.mark.parametrize("suffix", [suffix for suffix in READERS if suffix != "svg"])
def test_every_file_of_a_traced_print_cuts_the_same(side: CutSide, suffix: str) -> None:
    exact, other = (READERS[name](FORMATS[name].write(side)) for name in ("svg", suffix))
    assert exact.filled
    near = AGREE_MM + STEP_MM.get(suffix, 0) / 2**0.5
    assert apart(exact.filled, other.filled) < near
