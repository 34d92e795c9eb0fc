"""What a Flask application is given before it has a page: its session cookie, limits, filters and errors."""

from io import BytesIO
from typing import IO, Any, Final

from flask import Flask, Request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.formparser import FormDataParser
from werkzeug.utils import cached_property

from shop.money import pounds, pounds_and_pence
from shop.settings import Settings
from shop.text import own_words
from shop.text.typed_text import kept_text
from shop.web import security_headers
from shop.web.dates import day, minute, short_day, weekday
from shop.web.errors import error_page, unavailable, unexpected
from shop.web.form_tokens import csrf
from shop.web.forms import described_by, label_and_note, wired
from shop.web.keyboards import typed_as
from shop.web.request_checks import refuse_broken_addresses, same_origin
from shop.web.templates import Templates
from shop.web.url_rules import LateRule

MAX_REQUEST_BYTES: Final = 512 * 1024
MAX_PICTURE_REQUEST_BYTES: Final = 9 * 1024 * 1024
"""Where a form may carry a picture or a document: the largest that is taken, and the words around it."""


MAX_PHOTOGRAPH_REQUEST_BYTES: Final = 25 * 1024 * 1024
"""Where a photograph of artwork or of a finished piece is sent: as large as telephones make them."""


AS_SENT: Final = frozenset({"password", "repeated", "current", "lines"})
"""Fields that keep what was sent: passwords, and lines of a table, whose tabs set its cells apart."""


class TypedFields(FormDataParser):
    """A form's fields with what is kept of them, by the one rule for all that is typed."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        """Give stream, fields and files."""
        stream, fields, files = super().parse(*args, **kwargs)
        return stream, as_kept(self.cls, fields), files


def as_kept(kind: type[MultiDict[str, str]], fields: MultiDict[str, str]) -> MultiDict[str, str]:
    """The same fields, each with what is kept of it (see kept_text)."""
    sent = fields.items(multi=True)
    return kind([(name, text if name in AS_SENT else kept_text(text)) for name, text in sent])


class ShopRequest(Request):
    """A request that holds of each field what is kept, and whose files stay in memory.

    So nothing that is sent lies on a disk before it is sealed.
    """

    form_data_parser_class = TypedFields

    @cached_property
    def args(self) -> MultiDict[str, str]:
        """What follows the question mark, as it is kept."""
        return as_kept(self.parameter_storage_class, super().args)

    def _get_file_stream(
        self,
        total_content_length: int | None,  # noqa: ARG002
        content_type: str | None,  # noqa: ARG002
        filename: str | None = None,  # noqa: ARG002
        content_length: int | None = None,  # noqa: ARG002
    ) -> IO[bytes]:
        return BytesIO()


def takes_picture(path: str) -> bool:
    """Whether a form with a picture may be sent to this path.

    To a claim about an order, by its buyer; as a document to an agreement or a payment, by the finance lead.
    """
    if path.startswith("/finance/"):
        return path.endswith("/documents")
    return path.startswith("/orders/") and "/claims" in path


def takes_photograph(path: str) -> bool:
    """Whether a photograph may be sent to this path: of artwork, or of a finished piece."""
    if path.startswith("/owner/bench/units/"):
        return path.endswith("/photographs")
    return path.startswith("/pieces/") and "/artwork/" in path


def takes_long(path: str) -> bool:
    """Whether what is sent to this path is opened as a picture, or traced."""
    return takes_picture(path) or takes_photograph(path) or path.startswith("/artwork/")


FILTERS: Final = {
    "pounds": pounds,
    "pounds_and_pence": pounds_and_pence,
    "day": day,
    "short_day": short_day,
    "weekday": weekday,
    "minute": minute,
}
"""What templates write money and moments with."""

FOR_FIELDS: Final = {
    "described_by": described_by, "label_and_note": label_and_note, "wired": wired, "typed_as": typed_as,
}  # fmt: skip
"""What templates ask about a field."""


def init_app(app: Flask) -> None:
    """Give the application its errors, headers, filters and CSRF protection."""
    config: Settings = app.extensions["shop"].settings
    _configure(app, config)
    app.request_class = ShopRequest
    app.url_rule_class = LateRule
    app.jinja_environment = Templates
    csrf.init_app(app)
    app.before_request(refuse_broken_addresses)
    app.before_request(same_origin)
    app.jinja_env.filters.update(FILTERS | own_words.FILTERS)
    told = {"test_payments": not config.livemode, "livemode": config.livemode, "site_url": config.site_url}
    app.jinja_env.globals.update(told, **FOR_FIELDS)
    app.register_error_handler(HTTPException, error_page)
    for away in (OperationalError, PoolTimeout):
        app.register_error_handler(away, unavailable(None))
    app.register_error_handler(Exception, unexpected)
    security_headers.init_app(app)


def _configure(app: Flask, config: Settings) -> None:
    app.config.update(
        SECRET_KEY=config.secret_key,
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_REQUEST_BYTES,
        SESSION_COOKIE_NAME="__Host-session" if config.secure else "session",
        SESSION_COOKIE_SECURE=config.secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a token lives as long as its session: nobody is hurried
        WTF_CSRF_SSL_STRICT=False,  # same_origin() asks the browser itself
    )
