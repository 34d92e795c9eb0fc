"""Pages that are the same for everyone: rendered once, served from memory, never older than a second.

A cache holds what the shop had to say at one moment, and the pages rendered from it. Whenever a request finds
that it was read more than a second ago, what there is to say is read again: if nothing changed, the cache
and its pages stay; if anything did, a new one starts empty. So no code anywhere has to say that something
changed, and every process and host follows the database by itself.
"""

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import field
from datetime import date
from http import HTTPStatus
from typing import Any, Final, Generic, TypeVar
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask, current_app
from sqlalchemy.orm import Session

from shop import clock, web
from shop.catalogue import snapshot
from shop.catalogue.views import Catalogue
from shop.frozen import frozen
from shop.planning.planner import Plan, earliest
from shop.web.assets import HTML, Stored
from shop.web.security_headers import security_headers

FRESH_SECONDS: Final = 1.0
_EXTENSION: Final = "shop.cached_pages"
_PLAN: Final = "shop.plan"
_MEMORIES: Final = "shop.memories"

T = TypeVar("T")

Statement = Callable[[Session], str | None]
"""What the shop may say about its giving at this moment, or None: then it says nothing."""


@frozen
class Shown:
    """Everything the public pages depend on. Two that are equal give the same pages."""

    catalogue: Catalogue
    statement: str | None
    token: str
    """The form token changes with the hour, so the pages do too."""
    posted_by: date | None = None
    """The day by which one piece that is ordered now is posted."""


@frozen
class PageCache(Generic[T]):
    """What is shown, and the pages already rendered from it."""

    shown: T
    pages: dict[str, Stored] = field(default_factory=dict)


class CachedPages(Generic[T]):
    """Gives the current cache; the catalogue's pages have one per application, other pages their own."""

    def __init__(self, read: Callable[[], T], now: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._now = now
        self._lock = threading.Lock()
        self._rendering = threading.Lock()
        self._known: tuple[float, PageCache[T]] | None = None
        """When it was read, and what: in one, so that nobody takes an old one for as fresh as the next."""

    def current(self) -> PageCache[T]:
        """The cache as of at most a second ago. Raises OperationalError when there is no database."""
        if (cache := self.fresh()) is not None:
            return cache
        with self._lock:
            if (cache := self.fresh()) is not None:  # another thread was faster
                return cache
            began = self._now()
            shown = self._read()
            before = self._known[1] if self._known else None
            cache = before if before is not None and before.shown == shown else PageCache(shown)
            self._known = began, cache
            return cache

    def page(self, name: str, render: Callable[[T], str], content_type: str = HTML) -> Stored:
        """The page of that name (its address), rendered if this cache has not got it yet."""
        cache = self.current()
        stored = cache.pages.get(name)
        if stored is None:
            with self._rendering:  # whoever comes second waits a moment instead of doing it again
                stored = cache.pages.get(name)
                if stored is None:
                    stored = cache.pages[name] = Stored.of(render(cache.shown).encode(), content_type)
        return stored

    def rendered(self, name: str) -> Stored | None:
        """The page of that name, if it is there and fresh: never reads, never renders."""
        cache = self.fresh()
        return cache.pages.get(name) if cache else None

    def fresh(self) -> PageCache[T] | None:
        """The cache, if it is there and at most a second old: never reads."""
        if self._known is None:
            return None
        read_at, cache = self._known
        return cache if self._now() - read_at < FRESH_SECONDS else None


class PageCacheMiddleware(Generic[T]):
    """In front of the application: a page already rendered is answered without waking Flask."""

    def __init__(
        self, pages: CachedPages[T], behind: WSGIApplication, headers: list[tuple[str, str]]
    ) -> None:
        self._pages = pages
        self._behind = behind
        self._headers = headers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from memory, or let the application answer."""
        answer = self.answer(environ)
        if answer is None:
            return self._behind(environ, start_response)
        status, headers, body = answer
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def answer(self, environ: WSGIEnvironment) -> tuple[int, list[tuple[str, str]], bytes] | None:
        """Status, headers and body of a page in memory: never waits, never renders."""
        asks = environ["REQUEST_METHOD"] == "GET" and "?" not in environ["PATH_INFO"]
        stored = self._pages.rendered(_asked(environ)) if asks else None
        if stored is None:
            return None
        status, headers, body = stored.answer(environ)
        return status.value, [*headers, *self._headers, ("Content-Length", str(len(body)))], body


def _asked(environ: WSGIEnvironment) -> str:
    """Path and query as they came: only an address that a route has rendered under is found in memory."""
    query: str = environ.get("QUERY_STRING", "")
    path: str = environ["PATH_INFO"]
    return f"{path}?{query}" if query else path


def init_app(app: Flask) -> None:
    """Give the application its cached pages, and let those pages be answered from memory.

    The application's `statement` (see container.py) says what may be said of giving.
    """

    def read() -> Shown:
        statement: Statement = app.extensions["shop"].statement
        with web.reading() as session:
            by = earliest(app.extensions["shop"].plan(session), clock.now())
            return Shown(snapshot.load(session), statement(session), web.public_token(), by)

    def read_plan() -> Plan:
        with web.reading() as session:
            found: Plan = app.extensions["shop"].plan(session)
            return found

    app.extensions[_PLAN] = CachedPages(read_plan)
    kept = app.extensions[_EXTENSION] = CachedPages(read)
    answer_from_memory(app, kept)


def answer_from_memory(app: Flask, kept: CachedPages[T]) -> None:
    """Let these pages be answered before the application is asked."""
    always = security_headers(app.extensions["shop"].settings)
    memory = PageCacheMiddleware(kept, app.wsgi_app, always)
    app.wsgi_app = memory  # type: ignore[method-assign]
    app.extensions[_MEMORIES] = (*memories(app), memory)


def memories(app: Flask) -> tuple[PageCacheMiddleware[Any], ...]:
    """All that answers before the application is asked; a server may ask it first, without a thread."""
    found: tuple[PageCacheMiddleware[Any], ...] = app.extensions.get(_MEMORIES, ())
    return found


def cached_pages() -> CachedPages[Shown]:
    """The running application's cached pages."""
    return cached_pages_of(current_app)


def cached_pages_of(app: Flask) -> CachedPages[Shown]:
    """This application's cached pages."""
    found: CachedPages[Shown] = app.extensions[_EXTENSION]
    return found


def shown() -> Shown:
    """What the shop shows now: catalogue, statement, token."""
    return cached_pages().current().shown


def plan() -> Plan:
    """What a day is promised by now: like the pages, never older than a second."""
    found: CachedPages[Plan] = current_app.extensions[_PLAN]
    return found.current().shown
