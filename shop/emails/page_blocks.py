"""Parts of a page as an e-mail shows them, so that both say the same: links by their words alone."""

from collections.abc import Sequence
from functools import lru_cache
from html.parser import HTMLParser
from typing import Final

from shop.emails.email_blocks import Block, Paragraph

HELD: Final = frozenset({"h2", "p", "address", "th", "td"})
"""Tags whose text is told."""


@lru_cache(maxsize=8)
def page_blocks(html: str) -> Sequence[Block]:
    """Every heading, sentence and row; the cells of a row with what stands above them."""
    reader = _Reader()
    reader.feed(html)
    return reader.blocks


class _Reader(HTMLParser):
    """Collects what stands between the tags."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.text = ""
        self.cells: list[str] = []
        self.heads: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        """Begin anew where something is told; a break in a line is a comma."""
        if tag in HELD:
            self.text = ""
        elif tag == "br":
            self.text = f"{self.text.rstrip()}, "

    def handle_data(self, data: str) -> None:
        """Add to what is being told."""
        self.text += data

    def handle_endtag(self, tag: str) -> None:
        """Write down what was told."""
        said = " ".join(self.text.split())
        if tag in {"p", "address", "h2"}:
            self.blocks.append(Paragraph(said, strong=said) if tag == "h2" else Paragraph(said, tone="soft"))
        elif tag in {"th", "td"}:
            self.cells.append(said)
        elif tag == "tr":
            self._row()
        elif tag == "table":
            self.heads = []

    def _row(self) -> None:
        cells, self.cells = self.cells, []
        if not self.heads:
            self.heads = cells
            return
        named = [f"{head}: {cell}" for head, cell in zip(self.heads[1:], cells[1:], strict=True)]
        self.blocks.append(Paragraph(f"{'. '.join([cells[0], *named])}.", strong=cells[0], tone="soft"))
