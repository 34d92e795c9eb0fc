"""The style page shows every building block."""

from pathlib import Path

from bs4 import BeautifulSoup
from jinja2 import nodes

TEMPLATES = Path(__file__).parents[2] / "templates"
SEEN_IN_OTHERS = {"quoted", "asks", "step", "engraved_piece", "engraved_picture", "lettering"}
"""Nothing but sums, taken from a quote; what a form that asks for a passkey needs, on such forms; and a piece
with words in it, which a basket has."""


def test_every_building_block_is_on_the_style_page(app, client):
    assert client.get("/styleguide").status_code == 200
    files = sorted((TEMPLATES / "ui").glob("*.html"))
    assert len(files) == 7
    trees = [app.jinja_env.parse(file.read_text()) for file in files]
    blocks = {macro.name for tree in trees for macro in tree.find_all(nodes.Macro)} - SEEN_IN_OTHERS
    shown = (TEMPLATES / "pages" / "styleguide.html").read_text()
    # What begins with an underscore stands only inside others.
    assert {block for block in blocks if not block.startswith("_") and f".{block}(" not in shown} == set()


def test_every_error_can_be_looked_at_and_no_other(client):
    assert client.get("/styleguide/errors/503").status_code == 503
    assert "cannot answer just now" in client.get("/styleguide/errors/503").text
    assert client.get("/styleguide/errors/200").status_code == 404


def test_the_colours_are_shown_in_a_style_sheet_that_the_page_loads(client):
    page = BeautifulSoup(client.get("/styleguide").text, "html.parser")
    sheets = "".join(client.get(link["href"]).text for link in page.select("link[rel=stylesheet]"))
    for swatch in page.select(".swatch"):
        assert f".{swatch['class'][1]} {{" in sheets
