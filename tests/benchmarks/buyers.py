"""Buyers: programs that press the same buttons as people, one after the other, and keep their cookies."""

import http.client
import re
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

Step = tuple[str, Callable[[], None]]

DETAILS = {
    "email": "ada@example.com",
    "name": "Ada Byron",
    "line1": "12 Quiet Street",
    "town": "Bath",
    "postcode": "BA1 1AA",
    "postage": "tracked-48",
}


class Refused(Exception):
    """A step did not answer as it should."""


class Browser:
    """One visitor's connection and cookies."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=60, source_address=(source, 0)
        )
        self._cookies: dict[str, str] = {}
        self.page = ""
        self.location = ""

    def get(self, path: str) -> None:
        self._ask("GET", path, None, {200})

    def post(self, path: str, fields: dict[str, str]) -> None:
        self._ask("POST", path, urlencode(fields), {303})

    def hidden(self, name: str) -> str:
        """The value of a field on the page."""
        tags = re.findall(rf'<input[^>]*name="{name}"[^>]*>', self.page)
        values = [found[1] for tag in tags if (found := re.search(r'value="([^"]*)"', tag))]
        if not values:
            raise Refused(f"there is no field {name}")
        return values[0]

    def close(self) -> None:
        self._connection.close()

    def send_get(self, path: str) -> http.client.HTTPResponse:
        """Look at a page, whatever it is answered with."""
        return self._answer("GET", path, None)

    def send(self, path: str, fields: dict[str, str]) -> http.client.HTTPResponse:
        """Send a form, whatever is answered to it."""
        return self._answer("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str | None, expected: set[int]) -> None:
        if (status := self._answer(method, path, body).status) not in expected:
            raise Refused(f"{method} {path}: {status}")

    def _answer(self, method: str, path: str, body: str | None) -> http.client.HTTPResponse:
        headers = {"Accept-Encoding": "identity"}
        if self._cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        self.page = answer.read().decode()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            self._cookies.update({name: morsel.value for name, morsel in SimpleCookie(cookie).items()})
        parts = urlsplit(answer.headers.get("Location", ""))
        self.location = f"{parts.path}?{parts.query}" if parts.query else parts.path
        return answer


def shop_steps(browser: Browser) -> Iterator[Step]:
    """One engraved piece, from its page to the thanks page; each step is one request."""
    yield "piece", lambda: browser.get("/pieces/disc")
    yield "add", lambda: browser.post("/basket/lines", chosen(browser))
    yield "details form", lambda: browser.get("/checkout")
    yield (
        "details",
        lambda: browser.post("/checkout", DETAILS | {"csrf_token": browser.hidden("csrf_token")}),
    )
    yield "last look", lambda: browser.get("/checkout/payment")
    yield "pay", lambda: _pays(browser)
    yield "at Stripe", lambda: browser.get(browser.location)
    yield "card", lambda: browser.post(_action(browser), _card(browser))
    yield "thanks", lambda: browser.get(browser.location)


def bare_steps(browser: Browser) -> Iterator[Step]:
    """List, product, buy."""
    yield "list", lambda: browser.get("/")
    yield "product", lambda: browser.get("/products/7")
    yield "buy", lambda: browser.post("/products/7/orders", {})


Journey = Callable[[Browser], Iterator[Step]]


def shopping(port: int, journey: Journey, buyers: int, each: int) -> list[Exception]:
    """Let that many buyers at once buy `each` times one after the other. Give what went wrong."""
    wrong: list[Exception] = []

    def buy() -> None:
        for _ in range(each):
            browser = Browser(port)
            try:
                for _, press in journey(browser):
                    press()
            except (Refused, OSError) as error:
                wrong.append(error)
            finally:
                browser.close()

    threads = [threading.Thread(target=buy) for _ in range(buyers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def chosen(browser: Browser) -> dict[str, str]:
    """A Disc with two words and a dedication, as the form on its page would send it."""
    return {
        "csrf_token": browser.hidden("csrf_token"),
        "variant": browser.hidden("variant"),
        "face": "marcellus",
        "engraving-front-1": "Caoimhe",
        "engraving-front-2": "14 May",
        "dedication": "For you, always",
    }


def _pays(browser: Browser) -> None:
    """Who is shown another day than a moment ago, since others ordered in that second, agrees to that one."""
    answer = browser.send("/checkout/payment", _agreed(browser))
    if answer.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        browser.post("/checkout/payment", _agreed(browser))
    elif answer.status != HTTPStatus.SEE_OTHER:
        raise Refused(f"POST /checkout/payment: {answer.status}")


def _agreed(browser: Browser) -> dict[str, str]:
    fields = {name: browser.hidden(name) for name in ("csrf_token", "agreed")}
    return fields | {"acknowledged": "y"}


def _action(browser: Browser) -> str:
    found = re.search(r'<form method="post" action="([^"]+)"', browser.page)
    if found is None:
        raise Refused("there is no form on the payment page")
    return found[1]


def _card(browser: Browser) -> dict[str, str]:
    return {"csrf_token": browser.hidden("csrf_token"), "outcome": "pays"}
