"""Files and pages kept in memory, ready to send: bytes, their gzip, and an ETag.

`asset("site.css")` in a template gives an address that changes with the file's content, so a browser may keep
the file for a year and still sees a new one at once.
"""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request

KEEP_SECONDS: Final = 31_536_000
TEXTS: Final = frozenset({".css", ".js", ".svg", ".txt"})
"""What shrinks when compressed."""

HELD: Final = TEXTS | {".woff2"}
"""What is small enough to hold in memory."""

REVALIDATE: Final = "no-cache"
FOREVER: Final = f"public, max-age={KEEP_SECONDS}, immutable"

Answer = tuple[HTTPStatus, list[tuple[str, str]], bytes]
"""Status, headers, body."""


@dataclass(frozen=True)
class Stored:
    """A body that is the same for everyone, in both encodings."""

    plain: bytes
    gzipped: bytes | None
    etag: str
    content_type: str

    @classmethod
    def of(cls, body: bytes, content_type: str, *, shrinks: bool = True) -> "Stored":
        """Store a body; its ETag is weak because it stands for both encodings."""
        digest = hashlib.sha256(body).hexdigest()[:20]
        packed = gzip.compress(body, mtime=0) if shrinks else None
        return cls(body, packed, f'W/"{digest}"', content_type)

    def response(self, cache_control: str = REVALIDATE) -> Response:
        """The answer to the current request."""
        status, headers, body = self.answer(request.environ, cache_control)
        return Response(body, status, headers)

    def answer(self, environ: WSGIEnvironment, cache_control: str = REVALIDATE) -> Answer:
        """Status, headers and body: 304 when the browser already has it, gzip when it takes gzip."""
        headers = [("ETag", self.etag), ("Cache-Control", cache_control), ("Vary", "Accept-Encoding")]
        if self.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return HTTPStatus.NOT_MODIFIED, headers, b""
        headers.append(("Content-Type", self.content_type))
        if self.gzipped is not None and "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            return HTTPStatus.OK, [*headers, ("Content-Encoding", "gzip")], self.gzipped
        return HTTPStatus.OK, headers, self.plain


class Assets:
    """The static folder: digests for addresses, and its text files held compressed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stored: dict[tuple[str, int], Stored] = {}
        self._digests: dict[tuple[str, int], str] = {}

    def url(self, name: str) -> str:
        """The address of a file, with its digest. Raises FileNotFoundError for a file that is not there."""
        path = self._folder / name
        key = (name, path.stat().st_mtime_ns)
        if key not in self._digests:
            self._digests[key] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={self._digests[key]}"

    def stored(self, name: str) -> Stored | None:
        """A small file of the folder, ready to send; None when it is another kind or is not there."""
        path = self._folder / name
        if path.suffix not in HELD or ".." in Path(name).parts or not path.is_file():
            return None
        key = (name, path.stat().st_mtime_ns)
        if key not in self._stored:
            kind = mimetypes.guess_type(name)[0] or "font/woff2"
            text = path.suffix in TEXTS
            kind += "; charset=utf-8" if text else ""
            self._stored[key] = Stored.of(path.read_bytes(), kind, shrinks=text)
        return self._stored[key]


def init_app(app: Flask) -> None:
    """Serve `/static/` from memory where that helps, and give templates `asset()`."""
    assets = Assets(Path(app.static_folder or "static"))

    def static(filename: str) -> Response:
        lasts = FOREVER if "v" in request.args or filename.endswith(".woff2") else REVALIDATE
        if stored := assets.stored(filename):
            return stored.response(lasts)
        response = app.send_static_file(filename)
        response.headers["Cache-Control"] = lasts
        return response

    app.view_functions["static"] = static
    app.jinja_env.globals["asset"] = assets.url
