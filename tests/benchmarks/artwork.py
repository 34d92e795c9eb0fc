"""A photograph of 12 million pixels at a small phone: to its outline, to the piece, and a drag on it.

From the press of the button to the outline on its page, and from the press of the link to the artwork on the
piece. Times are the middle and the most of several visitors', each with a basket of their own.
"""

import os
import re
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from tests.artwork.sheets import SHEETS, sheet_photograph
from tests.benchmarks.processes import own_mib, peak_mib, tree
from tests.benchmarks.servers import Running
from tests.benchmarks.table import Row, middle, say
from tests.browser import chromium

VISITORS = 5
LONGER_EDGE_PX = 4032
MOST_SECONDS, MOST_MIB, MOST_DRAG_MS = 3.0, 400, 100
PATIENCE_MS = 120_000
PROGRAM = b"photograph_program.py"
PAGE = "/pieces/disc/artwork/back"

DRAWN = "[...document.images].some(one => one.matches('.outline') && one.complete && one.naturalWidth)"
PLACED = """[...document.querySelectorAll('.stage-view:has(.artwork-handle) img')]
  .some(one => one.complete && one.naturalWidth)"""
FOLLOWED = """() => { window.drags = []; let moved = 0;
  addEventListener('pointermove', event => { moved = event.timeStamp }, true);
  const place = document.querySelector('.stage-view:has(.artwork-handle) .artwork');
  const note = () => { if (moved) drags.push(performance.now() - moved) };
  new MutationObserver(() => requestAnimationFrame(note)).observe(place, { childList: true }) }"""
TOLD = """() => { const place = document.querySelector('[data-said]');
  new MutationObserver(() => console.log(place.textContent)).observe(place, { childList: true }) }"""


@dataclass
class Visit:
    """What one visitor waited for, in seconds."""

    outline: float = 0.0
    piece: float = 0.0
    cpu: float = 0.0
    said: list[str] = field(default_factory=list)
    drag_ms: float = 0.0


def measure(shop: Running) -> list[Row]:
    """Rows of one run; nothing is asserted."""
    (sheet,) = (one for one in SHEETS if one.name == "handwriting-1-good")
    at_rest = own_mib(shop.pid)
    with tempfile.TemporaryDirectory(prefix="pom-bench-") as folder, chromium() as browser:
        file = Path(folder) / "IMG_1.jpg"
        file.write_bytes(sheet_photograph(sheet, LONGER_EDGE_PX).data)
        visits, peaks = list[Visit](), list[float]()
        for _ in range(VISITORS):
            context = browser.new_context(viewport={"width": 375, "height": 720}, has_touch=True)
            context.set_default_timeout(PATIENCE_MS)
            with _peak(shop.pid, peaks):
                visits.append(_visit(context.new_page(), f"http://127.0.0.1:{shop.port}{PAGE}", file, shop))
            context.close()
        say(f"{file.stat().st_size / 1e6:.1f} MB; said: {' / '.join(visits[-1].said)}")
    say(f"load {os.getloadavg()[0]:.1f}; memory of the shop {at_rest:.0f} MiB, then {own_mib(shop.pid):.0f}")
    return [
        _row("to the outline, s", [one.outline for one in visits], MOST_SECONDS),
        _row("on to the piece, s", [one.piece for one in visits], MOST_SECONDS),
        _row("both, s", [one.outline + one.piece for one in visits], MOST_SECONDS),
        _row("CPU of the shop and its programs, s", [one.cpu for one in visits], MOST_SECONDS),
        _row("most memory of the program, MiB", peaks, MOST_MIB),
        _row("a drag to its picture, ms", [one.drag_ms for one in visits], MOST_DRAG_MS),
    ]


def _row(what: str, found: list[float], most: float) -> Row:
    digits = 2 if most < 10 else 0
    ours = f"{middle(found):.{digits}f}, most {max(found):.{digits}f}"
    return Row(what, ours, f"{most:g}", max(found) / most, "1 or less")


def _visit(page: Page, address: str, file: Path, shop: Running) -> Visit:
    page.goto(address, wait_until="networkidle")
    page.get_by_text("Handwriting", exact=True).click()
    page.set_input_files("#photograph", file)
    visit, used = Visit(), shop.cpu()
    page.on("console", lambda said: visit.said.append(said.text))
    page.evaluate(TOLD)
    began = time.monotonic()
    page.get_by_role("button", name="Show me the outline").click(no_wait_after=True)
    page.wait_for_url(re.compile("/artwork/[0-9a-f]{32}"), wait_until="commit")
    _until(page, DRAWN)
    visit.outline = time.monotonic() - began
    page.wait_for_load_state("networkidle")
    began = time.monotonic()
    page.get_by_role("link", name="Place it on").click(no_wait_after=True)
    page.wait_for_url(re.compile("/artwork/back/"), wait_until="commit")
    _until(page, PLACED)
    visit.piece, visit.cpu = time.monotonic() - began, shop.cpu() - used
    visit.drag_ms = _drag(page)
    return visit


def _until(page: Page, so: str) -> None:
    """Asked again and again: the page's own policy lets nothing be made of words there."""
    while not page.evaluate(so):
        page.wait_for_timeout(10)


def _drag(page: Page) -> float:
    """From the moved pointer to the frame in which the artwork has followed, in ms."""
    page.wait_for_load_state("networkidle")
    page.evaluate(FOLLOWED)
    handle = page.locator(".artwork-handle")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 6, steps=12)
    page.mouse.up()
    _until(page, "drags.length")
    return middle(page.evaluate("drags"))


@contextmanager
def _peak(root: int, peaks: list[float]) -> Iterator[None]:
    """Note the most memory that a program which reads photographs held meanwhile, as far as looks can see."""
    over, most = threading.Event(), [0.0]

    def look() -> None:
        while not over.wait(0.005):
            most.extend(peak_mib(pid) for pid in tree(root) if _reads_photographs(pid))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
        peaks.append(max(most))


def _reads_photographs(pid: int) -> bool:
    try:
        return PROGRAM in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
