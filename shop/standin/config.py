"""How one stand-in is set up, and the keys it shares with the shop."""

import hashlib
import hmac
from dataclasses import field

from flask import current_app

from shop.db import Database
from shop.frozen import frozen


@frozen(kw_only=True)
class Keys:
    """What the shop and its stand-in know each other by, as the shop and Stripe do by Stripe's keys."""

    secret_key: str = field(repr=False)
    webhook_secret: str = field(repr=False)


def derived_keys(secret: str) -> Keys:
    """The stand-in's keys, made from the shop's own secret, so that every worker and host has the same."""
    return Keys(
        secret_key="sk_test_standin" + _derived(secret, "stand-in api key"),
        webhook_secret="whsec_standin" + _derived(secret, "stand-in webhook secret"),
    )


@frozen(kw_only=True)
class StandIn:
    """One stand-in: its state is in `database`, pages are below `pay_page`, events go to `webhook_url`."""

    database: Database
    keys: Keys
    pay_page: str
    webhook_url: str


def standin() -> StandIn:
    """The stand-in whose application is running."""
    found: StandIn = current_app.extensions["standin"]
    return found


def _derived(secret: str, purpose: str) -> str:
    return hmac.new(secret.encode(), purpose.encode(), hashlib.sha256).hexdigest()
