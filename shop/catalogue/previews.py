"""Drawings of words while somebody types: answered before the application looks for a session or a token.

The same drawing is the application's to give when anything is unusual: what it would refuse, it refuses.
A few letters that this process has drawn before take less time than waking a thread, so a server may ask for
them at once (`drawings_at_once`). A letter's first drawing, or a face's first measurement, is not so quick.
"""

import string
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask

from shop.catalogue import piece_pages
from shop.catalogue.face_choices import in_each_face
from shop.catalogue.page_cache import cached_pages_of
from shop.catalogue.views import Catalogue, PieceView
from shop.engraving import FACES, Tool, preview
from shop.network import Allowance, UsedUp
from shop.settings import Settings
from shop.web.security_headers import gzipped, security_headers

ADDRESS: Final = "/engravings/preview.svg"
FACES_ADDRESS: Final = "/engravings/faces.json"
CONTENT_TYPE: Final = "image/svg+xml; charset=utf-8"
CACHE_CONTROL: Final = "private, max-age=3600"
"""A visitor's own browser may keep it for an hour, a cache on the way never: the words are the visitor's."""

ALLOWED: Final = Allowance(seconds=4.0, per_second=0.25)
"""Of CPU time, for one network in one process. Who types uses a hundredth of a second each second."""


MOST_AT_ONCE: Final = 60
"""Letters in all: they are drawn in half a millisecond or so, which a page from memory can wait."""
_LATIN: Final = frozenset(map(chr, range(0x250)))
_PLAIN: Final = (string.ascii_letters + string.digits + "_.+-=&").encode()
"""Of these an address's fields stand in it as they are, but for spaces."""
_AT_ONCE: Final = "shop.drawings_at_once"
_met: Final[dict[tuple[str, Tool], set[str]]] = {}
"""Latin letters that were drawn in this process, by face and by the tool that the face was fitted to."""


class UnknownDrawing(LookupError):
    """There is no such piece to engrave, or no such picture of it."""


def drawn(catalogue: Catalogue, asked: Mapping[str, str]) -> str:
    """Words on a piece: `piece`, `face` and the fields of the piece's form; on the `picture` of that name.

    Without a picture it is the plain drawing of the `side`, in mm. Raises UnknownDrawing.
    """
    piece = catalogue.by_slug.get(asked.get("piece", ""))
    if piece is None or not piece.sides:
        raise UnknownDrawing
    drawing = _drawn(piece, asked.get("picture"), asked)
    letters = _letters(asked)
    for face in _faces(asked).intersection(FACES):
        met = _met.setdefault((face, piece.tool), set())
        if not met.issuperset(letters):
            met.update(_LATIN.intersection(letters))
    return drawing


def in_faces(catalogue: Catalogue, asked: Mapping[str, str]) -> dict[str, str]:
    """What stands in the tile of each face there is for these words; see drawn for what is asked."""
    piece = catalogue.by_slug.get(asked.get("piece", ""))
    if piece is None or not piece.sides:
        raise UnknownDrawing
    return in_each_face(piece, asked)


def _drawn(piece: PieceView, name: str | None, asked: Mapping[str, str]) -> str:
    if name is None:
        return preview(asked, piece.sides, piece.tool)
    picture = next((stage for stage in piece.stages if stage.name == name), None)
    if picture is None:
        raise UnknownDrawing
    return piece_pages.words_on(piece, picture, asked)


def _letters(asked: Mapping[str, str]) -> str:
    return "".join([text for name, text in asked.items() if name.startswith("engraving-")])


def _faces(asked: Mapping[str, str]) -> set[str]:
    """The faces of all lines: that of the form, and those of single lines."""
    return {
        asked.get("face", ""),
        *(slug for name, slug in asked.items() if name.startswith("face-") and slug),
    }


def _is_quick(catalogue: Catalogue, asked: Mapping[str, str]) -> bool:
    """Whether all that is to be drawn is not much, and was drawn before in other words."""
    piece = catalogue.by_slug.get(asked.get("piece", ""))
    letters = _letters(asked)
    if piece is None or len(letters) > MOST_AT_ONCE:
        return False
    return all((met := _met.get((face, piece.tool))) and met.issuperset(letters) for face in _faces(asked))


class PreviewMiddleware:
    """In front of the application: a drawing that nothing speaks against is answered without waking Flask."""

    def __init__(
        self, app: Flask, behind: WSGIApplication, settings: Settings, *, only_quick: bool = False
    ) -> None:
        self._app, self._behind, self._only_quick = app, behind, only_quick
        self._headers = [
            ("Content-Type", CONTENT_TYPE),
            ("Cache-Control", CACHE_CONTROL),
            ("Vary", "Accept-Encoding"),
            ("X-Robots-Tag", "noindex, nofollow, noarchive"),  # as every private page; see pages/seo.py
            *security_headers(settings),
        ]

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer at once, or let the application answer."""
        asks = environ["PATH_INFO"] == ADDRESS and environ["REQUEST_METHOD"] == "GET"
        body = self._drawn(environ) if asks else None
        if body is None:
            return self._behind(environ, start_response)
        headers = self._headers
        if packed := gzipped(body, environ.get("HTTP_ACCEPT_ENCODING", "")):
            body, headers = packed, [*headers, ("Content-Encoding", "gzip")]
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _drawn(self, environ: WSGIEnvironment) -> bytes | None:
        cache = cached_pages_of(self._app).fresh()
        asked = _asked(environ.get("QUERY_STRING", ""))
        if cache is None or asked is None:
            return None
        if self._only_quick and not _is_quick(cache.shown.catalogue, asked):
            return None
        try:
            with ALLOWED.spending(environ.get("REMOTE_ADDR", "")):
                return drawn(cache.shown.catalogue, asked).encode()
        except (UsedUp, UnknownDrawing):
            return None


def init_app(app: Flask, settings: Settings, trusted: Callable[[WSGIApplication], WSGIApplication]) -> None:
    """Put drawings before the application. `trusted` finds out who asks, behind the proxies there are."""
    at_once = PreviewMiddleware(app, _unanswered, settings, only_quick=True)
    app.extensions[_AT_ONCE] = trusted(at_once)
    app.wsgi_app = trusted(PreviewMiddleware(app, app.wsgi_app, settings))  # type: ignore[method-assign, assignment]


def drawings_at_once(app: Flask) -> WSGIApplication:
    """Answers what takes no time worth a thread; of anything else it does not even begin an answer."""
    found: WSGIApplication = app.extensions[_AT_ONCE]
    return found


def _unanswered(_environ: WSGIEnvironment, _start_response: StartResponse) -> Iterable[bytes]:
    return ()


def _asked(query: str) -> dict[str, str] | None:
    """The fields of an address, the first of each name; None when they are no text."""
    if query.isascii() and not query.encode().translate(None, _PLAIN):
        with suppress(ValueError):  # a field without its =, or with two
            return dict(reversed([pair.split("=") for pair in query.replace("+", " ").split("&")]))
    try:
        pairs = parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        return None
    if "%00" in query or not query.isascii():
        return None
    return dict(reversed(pairs))
