"""The jeweller holds a photograph of the finished piece against the order by a command."""

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from shop.engraving.faces import FACES
from tests.fixtures import engine_name, harness
from tests.harness import Harness
from tests.inspection.finished_pieces import SIDES, photographed
from tests.shopper import Shopper

pytestmark = pytest.mark.slow

__all__ = ["engine_name", "harness"]

BACK = SIDES["disc"][1]


@pytest.fixture
def reference(app: Flask, harness: Harness) -> str:
    shopper = Shopper(app)
    shopper.to_payment()
    shopper.press_pay()
    harness.pays(1)
    harness.sync(1)
    return harness.order(1).reference


def asked(app: Flask, folder: Path, reference: str, words: str, side: str = "back") -> Result:
    photograph = folder / "disc.jpg"
    photograph.write_bytes(photographed(5, "disc", BACK, FACES["marcellus"], {1: words}))
    command_line = ["engravings", "inspect", str(photograph), "--order", reference, "--side", side]
    return app.test_cli_runner().invoke(args=command_line)


def test_each_letter_is_said_to_be_as_approved_or_not(app: Flask, tmp_path: Path, reference: str) -> None:
    found = asked(app, tmp_path, reference, "Síle")
    assert (found.exit_code, found.output.count(": as approved")) == (0, 5), found.output
    assert "It is an aid beside your own look." in found.output
    wrong = asked(app, tmp_path, reference, "Sile")
    assert wrong.exit_code == 1, wrong.output
    assert "Line 1, letter 2 from the left (\u2068í\u2069): differs" in wrong.output


def test_a_side_without_words_and_an_order_that_is_not_there_are_said(
    app: Flask, tmp_path: Path, reference: str
) -> None:
    assert "That side has no words." in asked(app, tmp_path, reference, "Síle", "inside").output
    assert "There is no such piece with words." in asked(app, tmp_path, "PM-0000-00", "Síle").output
