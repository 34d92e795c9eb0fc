"""A tab of Chromium by its own protocol: Playwright keeps pages from being drawn out of sight.

https://developer.chrome.com/docs/devtools: only somebody who holds the tab, and not one page of it, is let
see how a page that was prerendered takes the place of the one before.
"""

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from tests.browser import CHROMIUM, FLAGS
from tests.faults.interruptions.bidi import Socket

SETTLED_SECONDS: Final = 30
WHOLE: Final = "document.readyState === 'complete' && document.fonts.status === 'loaded'"
MIDDLE: Final = """path => {
  const link = [...document.querySelectorAll('main a')].find(link => link.pathname === path);
  link.scrollIntoView({ block: 'center' }); const at = link.getBoundingClientRect();
  return [at.x + at.width / 2, at.y + Math.min(at.height / 2, 20)] }"""


class Tab:
    """One tab; `slow` are commands that each of its pages is given first, such as a slower processor."""

    def __init__(self, socket: Socket, slow: dict[str, dict[str, Any]]) -> None:
        self._socket, self._slow, self._asked = socket, slow, 0
        self._pages: list[str] = []
        self.drawn: list[str] = []
        """What became of pages drawn out of sight, in order: Pending, Running, Ready, Success."""
        tabs = self._ask("Target.getTargets", filter=[{"type": "tab"}])["targetInfos"]
        tab = self._ask("Target.attachToTarget", targetId=tabs[0]["targetId"], flatten=True)["sessionId"]
        self._ask("Target.setAutoAttach", tab, autoAttach=True, waitForDebuggerOnStart=False, flatten=True)

    def open(self, address: str) -> None:
        """Go there, and wait until it is whole."""
        self._ask("Page.navigate", self._pages[-1], url=address)
        self.until(WHOLE)

    def hover(self, path: str) -> None:
        """Lay the pointer on the first link to this path, and wait until its page is drawn out of sight."""
        self._at = self.evaluate(f"({MIDDLE})({json.dumps(path)})")
        self._mouse("mouseMoved", buttons=0)
        shown = self._pages[-1]
        by = time.monotonic() + SETTLED_SECONDS
        while "Ready" not in self.drawn:
            assert time.monotonic() < by, self.drawn
            self._ask("Runtime.evaluate", shown, expression="1")
            time.sleep(0.05)
        self.until("document.prerendering && document.readyState !== 'loading'")

    def press(self, path: str) -> None:
        """Press where the pointer is, and wait for the page of this path."""
        for kind in ("mousePressed", "mouseReleased"):
            self._mouse(kind, button="left", clickCount=1)
        self.until(f"location.pathname === {json.dumps(path)} && !document.prerendering")

    def evaluate(self, expression: str) -> Any:
        """What the script comes to in the page in sight."""
        answer = self._ask(
            "Runtime.evaluate",
            self._pages[-1],
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
        )
        return answer["result"].get("value")

    def _mouse(self, kind: str, **more: Any) -> None:
        x, y = self._at
        self._send("Input.dispatchMouseEvent", self._pages[0], type=kind, x=x, y=y, **more)

    def until(self, expression: str) -> None:
        """Wait until the script says so in the page that was opened last, be it in sight or not."""
        by = time.monotonic() + SETTLED_SECONDS
        while not self.evaluate(expression):
            assert time.monotonic() < by, (expression, self.drawn)
            time.sleep(0.02)

    def _send(self, method: str, session: str = "", **parameters: Any) -> int:
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": session} if session else {})))
        return self._asked

    def _ask(self, method: str, session: str = "", **parameters: Any) -> dict[str, Any]:
        asked = self._send(method, session, **parameters)
        while True:
            told = json.loads(self._socket.receive())
            if told.get("id") == asked:
                assert "error" not in told, (method, told)
                return dict(told["result"])
            self._hear(told)

    def _hear(self, told: dict[str, Any]) -> None:
        if told.get("method") == "Preload.prerenderStatusUpdated":
            self.drawn.append(told["params"]["status"])
        elif (
            told.get("method") == "Target.attachedToTarget" and told["params"]["targetInfo"]["type"] == "page"
        ):
            session = told["params"]["sessionId"]
            self._pages.append(session)
            for method, parameters in {"Preload.enable": {}, "Network.enable": {}, **self._slow}.items():
                self._send(method, session, **parameters)


@contextmanager
def tab(slow: dict[str, dict[str, Any]] | None = None) -> Iterator[Tab]:
    """A Chromium of its own, with a profile that is gone afterwards."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory, ignore_cleanup_errors=True) as profile:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "--remote-debugging-port=0", "about:blank"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stderr=quiet, stdout=quiet) as process:
            try:
                port, path = _listens(Path(profile, "DevToolsActivePort"), process)
                with closing(Socket(port, path)) as socket:
                    yield Tab(socket, slow or {})
            finally:
                process.terminate()


def _listens(file: Path, process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    """Where it listens: it says so in a file of two lines."""
    while not (file.exists() and len(lines := file.read_text(encoding="utf-8").split()) == 2):
        assert process.poll() is None, "Chromium did not start"
        time.sleep(0.05)
    return int(lines[0]), lines[1]
