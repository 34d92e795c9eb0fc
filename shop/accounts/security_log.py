"""The security log: lines of JSON for what an owner asks about after the fact, in the logger `shop.security`.

It names nobody: whoever is not signed in is told by keyed digests of network and e-mail, which are the same
from line to line. Passwords, tokens and words never stand in it (ASVS 5.0, 16.2.5 and 16.3).
"""

import json
import logging
from typing import Final

from flask import has_request_context, request

from shop import clock, web
from shop.accounts.rate_limit import email_digest, network_digest

log: Final = logging.getLogger("shop.security")

DIGITS: Final = 16
"""Of a digest: enough to tell lines apart."""


def init() -> None:
    """Write the log to standard error unless somebody has said where else it goes."""
    log.setLevel(logging.INFO)
    if not log.handlers:
        log.addHandler(logging.StreamHandler())


def write(event: str, *, account: int | None = None, email: str | None = None, **more: str | int) -> None:
    """Write down that something happened: to which account, by whom."""
    secret = web.settings().secret_key
    line: dict[str, str | int] = {"at": clock.now().isoformat(timespec="seconds"), "event": event, **more}
    if account is not None:
        line["account"] = account
    if email is not None:
        line["email"] = email_digest(email, secret)[:DIGITS]
    if has_request_context():
        line["network"] = network_digest(request.remote_addr or "", secret)[:DIGITS]
    log.info(json.dumps(line))
