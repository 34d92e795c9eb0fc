"""What a visitor asks without looking: no browser and no network, but the same cookies.

For what only leads up to a page. A page costs the browser a tenth of a second and the browser's own HTTP
client a fiftieth; the application itself has answered after some milliseconds.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from playwright.sync_api import BrowserContext
from werkzeug.test import TestResponse

from tests.shopper import changed, form_on

LINK = re.compile(r"<a\b[^>]*\bhref=.*?</a>", re.DOTALL)


class QuickRequests:
    """Asks the application itself; what it says of cookies, the browser hears before it is used again."""

    def __init__(self, app: Flask, address: str, context: BrowserContext) -> None:
        self._client = app.test_client()
        self._address, self._context = address, context
        self._jar: dict[Any, Any] = cast("dict[Any, Any]", self._client._cookies)
        self._given: list[Any] | None = []
        """The cookies that the browser has as well; None where it may have others by now."""

    def get(self, path: str) -> TestResponse:
        """A page, which is to be there."""
        self._take_cookies()
        answer = self._client.get(path, base_url=self._address)
        assert answer.status_code < 400, (path, answer.status)
        return answer

    def send(self, form_on_page: str, action: str, fields: Mapping[str, str]) -> TestResponse:
        """Load a page and send its form to `action` (empty: its first) with these fields changed."""
        _, sent = form_on(self.get(form_on_page), action or None)
        target = action or form_on_page
        return self._client.post(target, data=changed(sent, fields), base_url=self._address)

    def link(self, path: str, name: str) -> str:
        """The path behind the first link of that name on a page."""
        for link in map(_link, LINK.findall(self.get(path).text)):
            if name in " ".join(link.text.split()):
                return str(link["href"]).removeprefix(self._address)
        raise AssertionError(f"no link {name!r} on {path}")

    def give_cookies(self) -> None:
        """The browser is used next: it has the cookies that came here, and comes by others."""
        if self._given is not None and self._given != list(self._jar.values()):
            self._context.clear_cookies()
            self._context.add_cookies(
                [
                    {
                        "name": cookie.key,
                        "value": cookie.value,
                        "url": self._address,
                        "httpOnly": bool(cookie.http_only),
                        "sameSite": cookie.same_site,
                    }
                    for cookie in self._jar.values()
                ]
            )
        self._given = None

    def _take_cookies(self) -> None:
        if self._given is not None:
            return
        self._jar.clear()
        for cookie in self._context.cookies():
            self._client.set_cookie(
                cookie["name"],
                cookie["value"],
                domain=urlsplit(self._address).hostname or "",
                httponly=cookie["httpOnly"],
                samesite=cookie["sameSite"],
            )
        self._given = list(self._jar.values())


@lru_cache(maxsize=256)
def _link(text: str) -> Tag:
    link = BeautifulSoup(text, "html.parser").a
    assert link
    return link
