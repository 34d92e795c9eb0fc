"""From granian's event loop to the WSGI application: what is there at once, everything else in threads.

Pages from memory are there at once, and a few words that are drawn while somebody types. Two sets of
threads, so that what may wait (for the database's lock, or for Stripe) never keeps those from reading who
only want to look.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, nullcontext
from http import HTTPStatus
from io import BytesIO
from typing import Any, Final

from flask import Flask

from shop.catalogue.page_cache import PageCacheMiddleware, memories
from shop.catalogue.previews import ADDRESS, drawings_at_once
from shop.serve.request_bodies import (
    MOST_PHOTOGRAPH_BYTES,
    MOST_PICTURE_BYTES,
    PHOTOGRAPH_SECONDS,
    PICTURE_SECONDS,
    Bodies,
    TooLarge,
    TooSlow,
)
from shop.serve.thread_sets import CHANGING_THREADS, LOOKING_THREADS, PICTURE_THREADS, Threads
from shop.web import RETRY_AFTER_SECONDS, error_html
from shop.web.security_headers import security_headers
from shop.web.setup import (
    MAX_PHOTOGRAPH_REQUEST_BYTES,
    MAX_PICTURE_REQUEST_BYTES,
    takes_long,
    takes_photograph,
    takes_picture,
)

LOOK_WAITS_SECONDS: Final = 4.0
CHANGE_WAITS_SECONDS: Final = 1.0
"""For a thread. With the longest wait for the database or for Stripe this makes less than five."""
CHUNK_SECONDS: Final = 30
"""How long one piece of a long file may take to leave: then nobody is reading it any more."""

LOOKS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
ASKS_STRIPE: Final = ("/checkout/thanks", "/stand-in/")
"""Pages that look like looking, and wait for a payment service."""

Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]

log = logging.getLogger(__name__)


class Began:
    """What an application tells before its body (`start_response` of PEP 3333)."""

    status = 0
    headers: Headers = []  # noqa: RUF012  (never changed, only replaced)

    def __call__(self, status: str, headers: Headers, _error: object = None, /) -> Callable[[bytes], object]:
        """Note it."""
        self.status, self.headers = int(status[:3]), headers
        return _no_writing


def _no_writing(_piece: bytes) -> object:
    raise NotImplementedError


class Bridge:
    """What granian calls for each request (RSGI)."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._memories: tuple[PageCacheMiddleware[Any], ...] = memories(app)
        self._drawings = drawings_at_once(app)
        self._bodies = Bodies()
        self._pictures = Bodies(PICTURE_SECONDS, MOST_PICTURE_BYTES, MAX_PICTURE_REQUEST_BYTES)
        self._photographs = Bodies(PHOTOGRAPH_SECONDS, MOST_PHOTOGRAPH_BYTES, MAX_PHOTOGRAPH_REQUEST_BYTES)
        self._looking = Threads.of(LOOKING_THREADS, "looking")
        self._changing = Threads.of(CHANGING_THREADS, "changing")
        self._sending = Threads.of(PICTURE_THREADS, "pictures", most_waiting=PICTURE_THREADS)
        self._refusals = _refusals(app)

    def start(self) -> None:
        """Start the threads, in the process that serves: a copy of a process has no thread but one."""
        for threads in (self._looking, self._changing, self._sending):
            threads.start()

    async def __rsgi__(self, scope: Any, proto: Any) -> None:
        """Answer one request."""
        draws = scope.path == ADDRESS
        if scope.method == "GET" and not draws and (answer := self._from_memory(scope)) is not None:
            proto.response_bytes(*answer)
            return
        environ = environ_of(scope)
        if draws and (answer := self._drawn_at_once(environ)) is not None:
            proto.response_bytes(*answer)
            return
        try:
            body = await self._body(scope, proto)
        except (TooLarge, TooSlow) as error:
            large = isinstance(error, TooLarge)
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if large else HTTPStatus.REQUEST_TIMEOUT
            proto.response_bytes(*self._refusals[status])
            return
        environ["CONTENT_LENGTH"], environ["wsgi.input"] = str(len(body)), BytesIO(body)
        await self._in_thread(environ, proto)

    def _from_memory(self, scope: Any) -> Answer | None:
        asked = scope.headers.get
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": scope.path,
            "QUERY_STRING": scope.query_string,
            "HTTP_IF_NONE_MATCH": asked("if-none-match", ""),
            "HTTP_ACCEPT_ENCODING": asked("accept-encoding", ""),
        }
        for memory in self._memories:
            if (answer := memory.answer(environ)) is not None:
                return answer
        return None

    def _drawn_at_once(self, environ: dict[str, Any]) -> Answer | None:
        began = Began()
        try:
            body = b"".join(self._drawings(dict(environ), began))
        except Exception:  # noqa: BLE001  (the application, asked the same, will say what it was)
            return None
        return (began.status, began.headers, body) if began.status else None

    async def _body(self, scope: Any, proto: Any) -> bytes:
        announced = scope.headers.get("content-length")
        if announced is None and "transfer-encoding" not in scope.headers:
            return b""
        bodies = self._pictures if takes_picture(scope.path) else self._bodies
        if takes_photograph(scope.path):
            bodies = self._photographs
        return await bodies.read(proto, int(announced) if announced is not None else None)

    async def _in_thread(self, environ: dict[str, Any], proto: Any) -> None:
        looks = environ["REQUEST_METHOD"] in LOOKS and not environ["PATH_INFO"].startswith(ASKS_STRIPE)
        sends = self._sending if takes_long(environ["PATH_INFO"]) else self._changing
        threads = self._looking if looks else sends
        busy = self._refusals[HTTPStatus.SERVICE_UNAVAILABLE]
        if threads.full:
            proto.response_bytes(*busy)
            return
        loop = asyncio.get_running_loop()
        until = time.monotonic() + (LOOK_WAITS_SECONDS if looks else CHANGE_WAITS_SECONDS)
        threads.taken += 1
        try:
            answer = await loop.run_in_executor(threads.pool, self._run, environ, proto, loop, until)
        finally:
            threads.taken -= 1
        if answer is not None:
            proto.response_bytes(*(answer or busy))

    def _run(
        self, environ: dict[str, Any], proto: Any, loop: asyncio.AbstractEventLoop, until: float
    ) -> Answer | tuple[()] | None:
        """The application's answer; empty when it came too late to begin, None when it was sent in pieces."""
        if time.monotonic() > until:
            return ()
        began = Began()
        try:
            found: Any = self._app(environ, began)
            with closing(found) if hasattr(found, "close") else nullcontext():
                status, told = began.status, began.headers
                if any(name.lower() == "content-length" for name, _ in told) or status < HTTPStatus.OK:
                    return status, told, b"".join(found)
                if status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
                    return status, told, b""
                _send_pieces(found, proto.response_stream(status, told), loop)
                return None
        except Exception as error:  # noqa: BLE001  (the application answers its own errors; this is beyond it)
            log.error("unanswered: %s", type(error).__name__)  # noqa: TRY400  (its text may quote a visitor)
            return self._refusals[HTTPStatus.INTERNAL_SERVER_ERROR]


def _send_pieces(found: Iterable[bytes], transport: Any, loop: asyncio.AbstractEventLoop) -> None:
    """A long file, piece by piece, all from one thread: what makes it may be bound to its thread."""

    async def send(piece: bytes) -> None:
        await transport.send_bytes(piece)

    try:
        for piece in found:
            asyncio.run_coroutine_threadsafe(send(piece), loop).result(CHUNK_SECONDS)
    except Exception as error:  # noqa: BLE001  (whoever asked is gone, or will see that the file is cut short)
        log.warning("a file was not sent to its end: %s", type(error).__name__)


def environ_of(scope: Any) -> dict[str, Any]:
    """The WSGI environment of a request, without its body (PEP 3333)."""
    server, _, port = scope.server.rpartition(":")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
    }
    for name, value in scope.headers.items():
        if "_" in name:
            continue  # it would pass for the one with a dash, which a proxy may vouch for
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{value}" if key in environ else value
    return environ


def _refusals(app: Flask) -> Mapping[int, Answer]:
    """The pages that are shown without waking the application, in its own voice."""
    always = [
        *security_headers(app.extensions["shop"].settings),
        ("Cache-Control", "no-store"),
    ]
    again = ("Retry-After", str(RETRY_AFTER_SECONDS))
    pages = {}
    for status in (
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ):
        with app.test_request_context("/"):
            page = error_html(status).encode()
        told = [*always, ("Content-Type", "text/html; charset=utf-8"), again]
        pages[int(status)] = (int(status), told, page)
    return pages
