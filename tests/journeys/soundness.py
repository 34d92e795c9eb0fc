"""What axe says of a page, each text's colours measured only once.

Two rules take three quarters of axe's time: they measure whether a text can be told from its ground, and a
link from its text. Nine tenths of a page's texts are those of the page before: its head, its foot, its
fields. Whether one can be read hangs on its own style and on the grounds it stands on, from its parents' to
the window's; what agrees in all of that with a text that passed need not be measured again. Where axe could
not tell, it is asked on each page. `make faults` measures everything everywhere.
"""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from tests.browser import AXE_SCRIPT, axe_ready, sentences

AXE_AT_HAND: Final = f"window.loadAxe = () => {{ {AXE_SCRIPT}\n}}"
"""For `add_init_script`: to send axe to each page anew takes as long as to load the page."""

COLOURS: Final = ("color-contrast", "link-in-text-block")
OF_LAYOUT: Final = (
    "scrollable-region-focusable", "target-size",
    "empty-table-header", "scope-attr-valid", "table-duplicate-name", "td-headers-attr", "th-has-data-cells",
)  # fmt: skip
"""How wide something is decides these, a table's because a wide one may be taken for layout. The others look
at what is there and can be seen: on the same page in another window, only where that differs."""
OF_STYLE_SHEETS: Final = "css-orientation-lock"
"""Looks at the style sheets alone, and to read them back takes a quarter of the rest: once for each set."""

LOOK: Final = Path(__file__).with_name("soundness.js").read_text(encoding="utf-8")

PASSED: Final[set[int]] = set()
"""The kinds of text that were measured in this process, and found good."""
SHEETS: Final[set[str]] = set()
"""The sets of style sheets, by their addresses, which change with what is in them."""


def faults(page: Page, *, colours_only: bool = False) -> list[str]:
    """What is wrong with the page as it is shown now: by axe, and what is wider than the window."""
    known = {
        "passed": list(PASSED),
        "sheetsKnown": list(SHEETS),
        "colours": COLOURS,
        "ofLayout": OF_LAYOUT,
        "ofSheets": OF_STYLE_SHEETS,
        "coloursOnly": colours_only,
    }
    found: dict[str, Any] | None = page.evaluate(LOOK, known)
    if found is None:
        axe_ready(page)
        found = page.evaluate(LOOK, known)
    assert found
    if not found["violations"]:
        PASSED.update(found["passed"])
        SHEETS.add(found["sheets"])
    wide = [f"{found['needs']} px wide, of {found['has']}"] if found["needs"] > found["has"] else []
    return sentences(found["violations"]) + wide
