"""Whether figures of money can be read at a glance, however much was given, on whatever width."""

from collections.abc import Iterator

from playwright.sync_api import Page

WIDTHS = (320, 375, 768, 1024, 1280)

LARGE = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const larger = text.data.replace(/£[0-9][0-9,]*(\\.[0-9]{2})?/g, '£1,234,567.89');
    if (larger !== text.data) text.data = larger;
  }
}"""
"""Each sum on the page becomes more than the shop will ever see."""

BROKEN = """() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (texts.nextNode()) {
    const text = texts.currentNode;
    for (const sum of text.data.matchAll(/£1,234,567\\.89/g)) {
      const range = document.createRange();
      range.setStart(text, sum.index);
      range.setEnd(text, sum.index + sum[0].length);
      const lines = new Set([...range.getClientRects()].map(piece => Math.round(piece.top)));
      const box = text.parentElement.closest('dd, td, th, p, li, h1');
      if (lines.size > 1 || box && box.scrollWidth > box.clientWidth + 1)
        found.push((box || text.parentElement).outerHTML.slice(0, 120));
    }
  }
  const wide = document.documentElement.scrollWidth;
  return wide > innerWidth ? [...found, `the page is ${wide} px wide`] : found;
}"""


def broken_figures(page: Page) -> Iterator[str]:
    """What breaks inside a number, or makes the page wider than its window, once every sum is a large one."""
    page.evaluate(LARGE)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        yield from (f"at {width} px: {found}" for found in page.evaluate(BROKEN))
