"""What a shop that takes real money must be told before it starts: what is half made, each thing by its name.

Settings that are fine on a desk are not where money and people's words travel. A rule is one function: it
gives a sentence that begins with what to change, or None. No sentence quotes a value: it may be a secret.
"""

import re
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from typing import Final, Protocol
from urllib.parse import urlsplit

LEAST_KEY: Final = 32
"""Characters of a SECRET_KEY that was not made by the shop."""

LEAST_VARIETY: Final = 12
"""Different characters in it: 32 random ones of any alphabet have more, `changeme` and its like fewer."""

LEAST_WEBHOOK_SECRET: Final = 20
"""Characters; Stripe's have twice as many."""


class Configuration(Protocol):
    """What of the settings is looked at."""

    @property
    def secret_key(self) -> str: ...  # noqa: D102
    @property
    def site_url(self) -> str: ...  # noqa: D102
    @property
    def proxies(self) -> int: ...  # noqa: D102
    @property
    def mail_url(self) -> str | None: ...  # noqa: D102
    @property
    def database_url(self) -> str: ...  # noqa: D102
    @property
    def keys_url(self) -> str | None: ...  # noqa: D102
    @property
    def stripe_api_base(self) -> str | None: ...  # noqa: D102
    @property
    def stripe_webhook_secret(self) -> str | None: ...  # noqa: D102
    @property
    def livemode(self) -> bool: ...  # noqa: D102
    @property
    def secure(self) -> bool: ...  # noqa: D102


def problems(settings: Configuration) -> Iterator[str]:
    """Everything that must be changed first, a sentence each; nothing when the shop may start."""
    for rule in (*FOR_HTTPS, *(FOR_MONEY if settings.livemode else ())):
        if said := rule(settings):
            yield said


def _proxies(settings: Configuration) -> str | None:
    if not settings.secure or settings.proxies:
        return None
    return (
        "PROXIES is 0 although SITE_URL is https: the shop speaks plain HTTP to a proxy of yours, and every "
        "visitor would look like that proxy. Set it to 1, or to as many as stand in front."
    )


def _secret_key(settings: Configuration) -> str | None:
    key = settings.secret_key
    if len(key) >= LEAST_KEY and len(set(key)) >= LEAST_VARIETY:
        return None
    return (
        "SECRET_KEY can be guessed: links to orders are made with it. Give it at least "
        f"{LEAST_KEY} random characters, or leave it out and the shop makes its own."
    )


def _site_url(settings: Configuration) -> str | None:
    if not settings.secure:
        return "SITE_URL must begin with https:// where real money is taken."
    if _out_of_reach(urlsplit(settings.site_url).hostname or ""):
        return "SITE_URL names a machine that no buyer can reach; real money needs the public address."
    return None


def _webhook_secret(settings: Configuration) -> str | None:
    if len(settings.stripe_webhook_secret or "") >= LEAST_WEBHOOK_SECRET:
        return None
    return "STRIPE_WEBHOOK_SECRET is shorter than any that Stripe makes; copy all of it from the endpoint."


def _stripe_api_base(settings: Configuration) -> str | None:
    base = urlsplit(settings.stripe_api_base or "https://api.stripe.com")
    host = base.hostname or ""
    if base.scheme == "https" and (host == "stripe.com" or host.endswith(".stripe.com")):
        return None
    return "STRIPE_API_BASE would be sent a live key, and it is not https at stripe.com; leave it out."


def _mail_url(settings: Configuration) -> str | None:
    if settings.mail_url:
        return None
    return "MAIL_URL is missing, so nobody who pays would ever get an e-mail; set smtp:// or smtps://."


def _database_url(settings: Configuration) -> str | None:
    return _whole_path("DATABASE_URL", settings.database_url)


def _keys_url(settings: Configuration) -> str | None:
    return _whole_path("KEYS_URL", settings.keys_url or "")


def _whole_path(name: str, url: str) -> str | None:
    if not re.match(r"sqlite:///[^/]", url):
        return None
    return (
        f"{name} is a path from wherever the shop is started, so that each place has a shop of its own; give "
        "the whole path, as in sqlite:////srv/shop/shop.db."
    )


def _out_of_reach(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".localhost", ".local", ".internal"))


Rule = Callable[[Configuration], str | None]

FOR_HTTPS: Final[tuple[Rule, ...]] = (_proxies,)
FOR_MONEY: Final[tuple[Rule, ...]] = (
    _secret_key,
    _site_url,
    _webhook_secret,
    _stripe_api_base,
    _mail_url,
    _database_url,
    _keys_url,
)
