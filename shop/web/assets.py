"""Files and pages kept in memory, ready to send: bytes, as they are and packed, and an ETag.

`asset("site.css")` in a template gives an address that changes with the file's content, so a browser may keep
the file for a year and still sees a new one at once.
"""

import gzip
import hashlib
import os
import posixpath
import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import Final
from wsgiref.types import WSGIEnvironment

import brotli
from flask import Flask, Response, abort, request
from werkzeug.http import parse_accept_header
from werkzeug.security import safe_join

from shop.frozen import frozen

KEEP_SECONDS: Final = 31_536_000
TEXTS: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}
"""What shrinks when compressed, and its type: not every machine knows the types of all of these."""

PICTURES: Final = {".webp": "image/webp", ".avif": "image/avif", ".png": "image/png", ".ico": "image/x-icon"}
"""Read each time they are asked for: browsers and proxies keep them, memory is for pages."""

KINDS: Final = {**TEXTS, **PICTURES, ".woff2": "font/woff2"}

COMMENTS: Final = {
    ".css": re.compile(rb"/\*.*?\*/\s*|(?<=\n)[ ]+", re.DOTALL),
    ".js": re.compile(rb"^[ ]*//.*\n", re.MULTILINE),
}
"""What is for readers of the file, and is not sent: comments; in scripts, those with a line of their own."""

HTML: Final = "text/html; charset=utf-8"
SPECULATION_RULES: Final = "/speculation-rules.json"
"""See pages/speculation.py."""

REVALIDATE: Final = "no-cache"
FOREVER: Final = f"public, max-age={KEEP_SECONDS}, immutable"

Answer = tuple[HTTPStatus, list[tuple[str, str]], bytes]
"""Status, headers, body."""


QUICK: Final = 5
"""Brotli's quality for a page, which is rendered anew each hour: 2 ms, and a tenth smaller than gzip."""
SMALLEST: Final = 11
"""For a file, which is packed once: 60 ms for the style sheet, and an eighth smaller than gzip."""


@frozen
class Stored:
    """A body that is the same for everyone, as it is and packed."""

    plain: bytes
    packed: Mapping[str, bytes]
    """By the names of `encodings`; empty where it does not shrink."""
    etag: str
    content_type: str

    @classmethod
    def of(cls, body: bytes, content_type: str, *, shrinks: bool = True, quality: int = QUICK) -> "Stored":
        """Store a body; its ETag is weak because it stands for every encoding."""
        digest = hashlib.sha256(body).hexdigest()[:20]
        return cls(body, _packed(body, quality) if shrinks else {}, f'W/"{digest}"', content_type)

    def response(self, cache_control: str = REVALIDATE) -> Response:
        """The answer to the current request."""
        status, headers, body = self.answer(request.environ, cache_control)
        return Response(body, status, headers)

    def answer(self, environ: WSGIEnvironment, cache_control: str = REVALIDATE) -> Answer:
        """Status, headers and body: 304 when the browser already has it, packed as the browser takes it."""
        headers = [("ETag", self.etag), ("Cache-Control", cache_control), ("Vary", "Accept-Encoding")]
        if self.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return HTTPStatus.NOT_MODIFIED, headers, b""
        headers.append(("Content-Type", self.content_type))
        if self.content_type == HTML:
            headers.append(("Speculation-Rules", f'"{SPECULATION_RULES}"'))
        taken = encodings(environ.get("HTTP_ACCEPT_ENCODING", "")) if self.packed else ()
        if taken:
            return HTTPStatus.OK, [*headers, ("Content-Encoding", taken[0])], self.packed[taken[0]]
        return HTTPStatus.OK, headers, self.plain


def _packed(body: bytes, quality: int) -> dict[str, bytes]:
    smaller = brotli.compress(body, mode=brotli.MODE_TEXT, quality=quality)
    return {"br": smaller, "gzip": gzip.compress(body, mtime=0)}


@lru_cache(maxsize=64)
def encodings(accepted: str) -> tuple[str, ...]:
    """Of those that bodies are packed in, what a browser takes by its Accept-Encoding; the smallest first."""
    taken = parse_accept_header(accepted)
    return tuple(name for name in ("br", "gzip") if taken.quality(name))


class Assets:
    """The static folder: digests for addresses, and its text files held compressed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stored: dict[str, tuple[int, Stored]] = {}
        self._digests: dict[str, tuple[int, str]] = {}

    def url(self, name: str) -> str:
        """The address of a file, with its digest. Raises FileNotFoundError for a file that is not there."""
        path = f"{self._folder}/{name}"
        changed = os.stat(path).st_mtime_ns  # noqa: PTH116 - a Path takes ten times as long, six times a page
        if self._digests.get(name, (None,))[0] != changed:
            self._digests[name] = changed, hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={self._digests[name][1]}"

    def stored(self, name: str) -> Stored | None:
        """A file of the folder, ready to send; None when there is none of that name.

        A file has one name here: other spellings of its path are nobody's: memory would hold each.
        """
        found = safe_join(str(self._folder), name) if posixpath.normpath(name) == name else None
        path = Path(found) if found else None
        if path is None or path.suffix not in KINDS or not path.is_file():
            return None
        kind = KINDS[path.suffix]
        if path.suffix in PICTURES:
            return Stored.of(path.read_bytes(), kind, shrinks=False)
        changed = path.stat().st_mtime_ns
        if self._stored.get(name, (None,))[0] != changed:
            body, shrinks = path.read_bytes(), path.suffix in TEXTS
            if comments := COMMENTS.get(path.suffix):
                body = comments.sub(b"", body)
            self._stored[name] = changed, Stored.of(body, kind, shrinks=shrinks, quality=SMALLEST)
        return self._stored[name][1]


def init_app(app: Flask) -> None:
    """Serve `/static/` from memory where that helps, and give templates `asset()`."""
    assets = Assets(Path(app.static_folder or "static"))

    def static(filename: str) -> Response:
        stored = assets.stored(filename)
        if stored is None:
            abort(HTTPStatus.NOT_FOUND)
        # While hosts are renewed one by one, an old one must not pass its file off for the new one's.
        named = assets.url(filename) == f"{request.path}?v={request.args.get('v')}"
        lasts = FOREVER if named or filename.endswith(".woff2") else REVALIDATE
        return stored.response(lasts)

    app.view_functions["static"] = static
    app.jinja_env.globals["asset"] = assets.url
