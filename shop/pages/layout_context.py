"""The frame of every page: its navigation, its footer, and what stands in its head for those who share it.

Only addresses that the running shop has are linked to, so that a part of it may be left out.
"""

from typing import Any, Final

from flask import Flask

from shop.catalogue import piece_pages, share_cards, structured_data
from shop.engraving.spelling import letter_by_letter
from shop.settings import Settings
from shop.trader import Trader

Links = tuple[tuple[str, str, str], ...]
"""(key, label, address): a page whose `here` is the key is marked as the one that is shown."""

NAVIGATION: Final[Links] = (
    ("pieces", "Pieces", "/pieces"),
    ("story", "Story", "/story"),
    ("journal", "Journal", "/journal"),
    ("giving", "Giving", "/giving"),
    ("support", "Support", "/support"),
    ("basket", "Basket", "/basket"),
)
SMALL_PRINT: Final[Links] = (
    ("delivery", "Delivery and returns", "/delivery"),
    ("hallmarking", "Hallmarking", "/hallmarking"),
    ("wall", "Remembrance wall", "/wall"),
    ("privacy", "Privacy", "/privacy"),
    ("terms", "Terms", "/terms"),
    ("accessibility", "Accessibility", "/accessibility"),
    ("contact", "Contact", "/contact"),
)


def init_app(app: Flask) -> None:
    """Give every template the frame. Call it when all blueprints are there, after `shop.Trader`."""
    settings: Settings = app.extensions["shop"].settings
    seller: Trader = app.extensions["shop"].trader
    app.jinja_env.filters["letter_by_letter"] = letter_by_letter
    app.jinja_env.globals.update(
        trader=seller,
        navigation=_here(app, NAVIGATION),
        small_print=_here(app, SMALL_PRINT),
        organization=organization(seller, settings.site_url),
        picture_of_the_shop=piece_pages.wide("hero-rings"),
        card_address=share_cards.card_address,
    )


def _here(app: Flask, links: Links) -> Links:
    there = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return tuple(link for link in links if link[2] in there)


def organization(seller: Trader, site: str) -> dict[str, Any]:
    """The seller as schema.org describes one. A sample's address is left out: nobody is there."""
    contact = {"@type": "ContactPoint", "contactType": "customer support", "email": seller.email}
    found: dict[str, Any] = {
        "@context": structured_data.CONTEXT,
        "@type": "Organization",
        "@id": f"{site}/#organization",
        "name": seller.name,
        "url": f"{site}/",
        "logo": f"{site}/static/icon.svg",
        "contactPoint": contact | {"url": f"{site}/contact"},
        "hasMerchantReturnPolicy": structured_data.return_policy(site, engravable=True),
    }
    return found if seller.sample else found | _registered(seller)


def _registered(seller: Trader) -> dict[str, Any]:
    street = ", ".join(seller.address)
    return {
        "legalName": seller.legal_name,
        "address": {"@type": "PostalAddress", "streetAddress": street, "addressCountry": "GB"},
        **({"vatID": seller.vat} if seller.vat else {}),
    }
