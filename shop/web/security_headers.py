"""What goes with every answer: the security headers, and gzip for what was made for one person."""

import gzip
from typing import Final
from urllib.parse import urlsplit

from flask import Flask, Response, request

from shop.settings import PaymentMode, Settings

STRIPE_CHECKOUT: Final = "https://checkout.stripe.com"

WORTH_PACKING: Final = 1_400
"""Bytes that fit into one packet of the network: below, gzip saves nobody any time."""

GZIP_LEVEL: Final = 5


def init_app(app: Flask) -> None:
    """Give every answer its headers, and pack pages that were not kept packed (see `assets.Stored`)."""
    headers = security_headers(app.extensions["shop"].settings)

    @app.after_request
    def _finish(response: Response) -> Response:
        for name, value in headers:
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return packed(response)


def security_headers(config: Settings) -> list[tuple[str, str]]:
    """The headers, as (name, value)."""
    headers = [
        ("Content-Security-Policy", content_security_policy(config)),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "strict-origin-when-cross-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()"),
    ]
    if config.secure:
        headers.append(("Strict-Transport-Security", "max-age=31536000; includeSubDomains"))
    return headers


def content_security_policy(config: Settings) -> str:
    """The policy for every page: nothing from anywhere else, nothing inline.

    `form-action` must name the payment page's host, because browsers apply it to the redirect as well.
    """
    pay = "'self'"
    if config.payment_mode is PaymentMode.STRIPE:
        pay += f" {STRIPE_CHECKOUT}"
        if config.stripe_api_base:
            base = urlsplit(config.stripe_api_base)
            pay += f" {base.scheme}://{base.netloc}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {pay}; base-uri 'none'; frame-ancestors 'none'"
    )


def packed(response: Response) -> Response:
    """The answer as gzip, where the browser takes it and it is a page of some length.

    The length of a packed page could betray what stands in it to somebody who has it fetched with thousands
    of guesses in its address (BREACH). The session's cookie is SameSite, so requests that another site makes
    in secret are a stranger's.
    """
    if response.is_streamed or response.mimetype not in {"text/html", "image/svg+xml"}:
        return response
    response.vary.add("Accept-Encoding")
    taken = "" if "Content-Encoding" in response.headers else request.headers.get("Accept-Encoding", "")
    if body := gzipped(response.get_data(), taken):
        response.set_data(body)
        response.headers["Content-Encoding"] = "gzip"
    return response


def gzipped(plain: bytes, accepted: str) -> bytes | None:
    """The body as gzip; None when the browser takes none, or it would save nobody any time."""
    if "gzip" not in accepted or len(plain) <= WORTH_PACKING:
        return None
    return gzip.compress(plain, GZIP_LEVEL, mtime=0)
