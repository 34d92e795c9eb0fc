"""A device in Firefox, over WebDriver BiDi."""

import json
import time
from contextlib import suppress
from typing import Any

from tests.faults.interruptions.bidi import Firefox, Refused
from tests.faults.interruptions.devices import PATIENCE, PLAIN, WIPE

Spare = list[tuple[str, str]]
"""Containers that were wiped, and the tab of each."""


class InFirefox:
    """One in a container of Firefox; going back brings the page as it was."""

    script = True

    def __init__(self, browser: Firefox, address: str, spare: Spare) -> None:
        self._browser, self._address, self._spare = browser, address, spare
        if spare:
            self._user, self._tab = spare.pop()
        else:
            self._user = browser.ask("browser.createUserContext")["userContext"]
            self._tab = self._open()

    def _open(self) -> str:
        return str(self._browser.ask("browsingContext.create", type="tab", userContext=self._user)["context"])

    def goto(self, path: str) -> None:
        url = path if path.startswith("http") else self._address + path
        self._arrives(self._browser.ask("browsingContext.navigate", context=self._tab, url=url, wait="none"))

    def run(self, function: str, given: object = None) -> Any:
        asked = (
            f"Promise.resolve(({function})({json.dumps(given)})).then(said => JSON.stringify(said ?? null))"
        )
        answer = self._browser.ask(
            "script.evaluate", expression=asked, target={"context": self._tab}, awaitPromise=True
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def submit(self, function: str) -> None:
        self._browser.told.clear()
        self.run(f"() => {{ setTimeout({function}, 0) }}")
        self._arrives()

    def reload(self) -> None:
        self._arrives(self._browser.ask("browsingContext.reload", context=self._tab, wait="none"))

    def _arrives(self, going: dict[str, Any] | None = None) -> None:
        """Wait until the page's scripts have run: the one that it is `going` to, or whichever comes next."""
        asked = {"navigation": going["navigation"]} if going else {}
        self._browser.wait_for("browsingContext.domContentLoaded", context=self._tab, **asked)

    def back(self) -> None:
        self._browser.ask("browsingContext.traverseHistory", context=self._tab, delta=-1)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:  # of a page that was kept as it was left there is no news
            with suppress(Refused):
                if self.run("() => location.pathname !== '/support' && document.readyState === 'complete'"):
                    return
            time.sleep(0.02)
        raise TimeoutError

    def new_tab(self) -> None:
        old, self._tab = self._tab, self._open()
        self._browser.ask("browsingContext.close", context=old)

    kill = new_tab  # no command of the protocol does more

    def offline(self, away: bool) -> None:
        conditions = {"type": "offline"} if away else None
        with suppress(Refused):
            self._browser.ask(
                "emulation.setNetworkConditions", networkConditions=conditions, contexts=[self._tab]
            )

    def lose_cookies(self) -> None:
        self._browser.ask("storage.deleteCookies", partition={"type": "context", "context": self._tab})

    def another(self) -> "InFirefox":
        return InFirefox(self._browser, self._address, self._spare)

    def close(self) -> None:
        self.goto(PLAIN)
        self.run(WIPE)
        self.lose_cookies()
        self.new_tab()
        self._spare.append((self._user, self._tab))
