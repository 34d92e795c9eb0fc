"""What every page shares: its services, errors, forms and their tokens, headers, and files."""

from shop.current import database, leave_out, looking, reading, settings, transaction
from shop.web.day_field import DayField
from shop.web.errors import RETRY_AFTER_SECONDS, error_html, unavailable
from shop.web.form_tokens import (
    STALE_BUT_KEPT,
    PublicToken,
    checks_token_itself,
    public_token,
    valid_public_token,
)
from shop.web.forms import Form, Line, PublicForm, check_line, line_in, number_asked, number_in
from shop.web.notices import flash_refusal
from shop.web.request_checks import open_to_servers, refuse_broken_addresses, same_origin
from shop.web.setup import init_app

__all__ = [
    "RETRY_AFTER_SECONDS",
    "STALE_BUT_KEPT",
    "DayField",
    "Form",
    "Line",
    "PublicForm",
    "PublicToken",
    "check_line",
    "checks_token_itself",
    "database",
    "error_html",
    "flash_refusal",
    "init_app",
    "leave_out",
    "line_in",
    "looking",
    "number_asked",
    "number_in",
    "open_to_servers",
    "public_token",
    "reading",
    "refuse_broken_addresses",
    "same_origin",
    "settings",
    "transaction",
    "unavailable",
    "valid_public_token",
]
