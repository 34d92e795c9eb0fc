"""A device with a browser, in Chromium or in Firefox: the few things that a journey does with it."""

import json
import time
from contextlib import suppress
from typing import Any, Protocol

from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as PlaywrightError

from tests.faults.interruptions.bidi import Firefox, Refused

ARRIVED = "() => !window.left && location.href !== 'about:blank' && document.readyState === 'complete'"
PATIENCE = 60.0
"""Seconds that a page may take."""


class Device(Protocol):
    """Somebody's browser, with one tab in sight."""

    script: bool
    """Whether it runs the shop's scripts."""

    def goto(self, path: str) -> None:
        """Open an address in the tab."""

    def run(self, function: str, given: object = None) -> Any:
        """What a function in JavaScript says of the page."""

    def submit(self, function: str) -> None:
        """Run what sends a form, and wait for the next page."""

    def reload(self) -> None:
        """Load the page anew."""

    def back(self) -> None:
        """Go back in the tab's history."""

    def new_tab(self) -> None:
        """The tab is killed; another is opened."""

    def offline(self, away: bool) -> None:
        """There is no network, or there is one again."""

    def lose_cookies(self) -> None:
        """All cookies are gone."""

    def another(self) -> "Device":
        """Another device of the same kind."""

    def close(self) -> None:
        """Put it away, with all that it kept."""


class Chromium:
    """One in Chromium, driven by Playwright; it keeps no page as it was left."""

    def __init__(self, browser: Browser, address: str, *, script: bool = True) -> None:
        self._browser, self._address, self.script = browser, address, script
        self._context = browser.new_context(base_url=address, java_script_enabled=script)
        self._context.set_default_timeout(20_000)
        self._page: Page = self._context.new_page()

    def goto(self, path: str) -> None:
        self._page.goto(path)

    def run(self, function: str, given: object = None) -> Any:
        return self._page.evaluate(function, given)

    def submit(self, function: str) -> None:
        with self._page.expect_navigation():
            self._page.evaluate(
                f"() => {{ setTimeout(() => ({function})(), 0) }}" if self.script else function
            )

    def reload(self) -> None:
        self._page.reload()

    def back(self) -> None:
        self._page.go_back()

    def new_tab(self) -> None:
        self._page.close()
        self._page = self._context.new_page()

    def offline(self, away: bool) -> None:
        self._context.set_offline(away)

    def lose_cookies(self) -> None:
        self._context.clear_cookies()

    def another(self) -> "Chromium":
        return Chromium(self._browser, self._address, script=self.script)

    def close(self) -> None:
        with suppress(PlaywrightError):
            self._context.close()


class InFirefox:
    """One in a container of Firefox, over WebDriver BiDi; going back brings the page as it was."""

    script = True

    def __init__(self, browser: Firefox, address: str) -> None:
        self._browser, self._address = browser, address
        self._user = browser.ask("browser.createUserContext")["userContext"]
        self._tab = self._open()

    def _open(self) -> str:
        return str(self._browser.ask("browsingContext.create", type="tab", userContext=self._user)["context"])

    def goto(self, path: str) -> None:
        url = path if path.startswith("http") else self._address + path
        self.run("() => { window.left = true; }")
        self._browser.ask("browsingContext.navigate", context=self._tab, url=url, wait="complete")
        self._wait_until(ARRIVED)  # a tab that was just opened says so of its blank page

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
        self.run(f"() => {{ window.left = true; setTimeout({function}, 0) }}")
        self._wait_until(ARRIVED)

    def reload(self) -> None:
        self._browser.ask("browsingContext.reload", context=self._tab, wait="complete")

    def back(self) -> None:
        self._browser.ask("browsingContext.traverseHistory", context=self._tab, delta=-1)
        self._wait_until("() => location.pathname !== '/support' && document.readyState === 'complete'")

    def _wait_until(self, function: str) -> None:
        """Ask again and again; while one page goes and the next comes, there is nobody to ask."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(Refused):
                if self.run(function):
                    return
        raise TimeoutError(function)

    def new_tab(self) -> None:
        old, self._tab = self._tab, self._open()
        self._browser.ask("browsingContext.close", context=old)

    def offline(self, away: bool) -> None:
        conditions = {"type": "offline"} if away else None
        with suppress(Refused):
            self._browser.ask(
                "emulation.setNetworkConditions", networkConditions=conditions, contexts=[self._tab]
            )

    def lose_cookies(self) -> None:
        self._browser.ask("storage.deleteCookies", partition={"type": "context", "context": self._tab})

    def another(self) -> "InFirefox":
        return InFirefox(self._browser, self._address)

    def close(self) -> None:
        self._browser.ask("browser.removeUserContext", userContext=self._user)
