"""Every page that somebody without an account can come to, as she would see it."""

from flask import Flask

from shop.pages.styles import ERRORS
from tests.pages.conftest import PAGES
from tests.shopper import Shopper


def public_pages(app: Flask) -> dict[str, str]:
    """By a name for each, the text of every public page, from an empty basket to an order."""
    her, stranger = Shopper(app), Shopper(app)
    listed = [
        *(f"/pieces/{slug}" for slug in ("heart", "two-rings", "disc", "thread", "petal", "keeping")),
        *PAGES,
        *(path for path in ("/story", "/journal", "/giving", "/wall") if path in _rules(app)),
        *(f"/styleguide/errors/{code}" for code in ERRORS),
    ]
    found = {
        path: stranger.get(path).text
        for path in (
            "/",
            "/pieces",
            "/pieces?metal=gold&price=from-100",
            "/styleguide",
            "/basket",
            "/sign-in",
            *listed,
        )
    }
    found["piece refused"] = her.add(variant=None, engraving_front_1="Ωmega").text
    her.add()
    her.add("petal")
    found["basket full"] = her.get("/basket").text
    found["details"] = her.get("/checkout").text
    found["details refused"] = her.send("/checkout", "/checkout", {"email": "ada"}).text
    her.tell_details()
    found["payment"] = her.get("/checkout/payment").text
    found["payment refused"] = her.send("/checkout/payment", "/checkout/payment").text
    return found


def _rules(app: Flask) -> set[str]:
    return {rule.rule for rule in app.url_map.iter_rules()}
