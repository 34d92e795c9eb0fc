"""Every page of the shop as its visitor sees it: a stranger, a buyer, the people who work here."""

from urllib.parse import urlsplit

from flask import Flask

from shop.journal.journal import load
from shop.pages.styleguide import ERRORS
from tests.pages.conftest import PAGES
from tests.shopper import Shopper, soup


def every_page(app: Flask) -> dict[str, str]:
    """By a name for each, the text of every page, from an empty basket to the owner's bench."""
    shopper = Shopper(app)
    return {**_open_to_all(app), **_a_purchase(shopper), **_of_staff(Shopper(app).sign_in("owner"))}


def _open_to_all(app: Flask) -> dict[str, str]:
    stranger = Shopper(app)
    listed = [
        *(f"/pieces/{slug}" for slug in ("heart", "two-rings", "disc", "thread", "petal", "keeping")),
        *PAGES,
        *("/story", "/journal", "/giving", "/giving/check", "/wall"),
        *(f"/journal/{slug}" for slug in load().posts),
        *(f"/styleguide/errors/{code}" for code in ERRORS),
    ]
    apart = (
        "/",
        "/pieces",
        "/pieces?metal=gold&price=from-100",
        "/styleguide",
        "/basket",
        "/sign-in",
        "/orders",
    )
    return {path: stranger.get(path).text for path in (*apart, *listed)}


def _a_purchase(shopper: Shopper) -> dict[str, str]:
    found = {}
    found["piece refused"] = shopper.add(variant=None, engraving_front_1="Ωmega").text
    shopper.add()
    shopper.add("petal")
    found["basket full"] = shopper.get("/basket").text
    found["details"] = shopper.get("/checkout").text
    found["details refused"] = shopper.send("/checkout", "/checkout", {"email": "ada"}).text
    shopper.tell_details()
    found["payment"] = shopper.get("/checkout/payment").text
    found["payment refused"] = shopper.send("/checkout/payment", "/checkout/payment").text
    pay_page = urlsplit(shopper.press_pay().headers["Location"]).path
    found["pay page"] = shopper.get(pay_page).text
    thanks = shopper.send(pay_page, None, {"outcome": "pays"}).headers["Location"]
    page = shopper.get(thanks)
    found["thanks"] = page.text
    order = soup(page).find("a", string="See your order")
    assert order
    found["order"] = shopper.get(str(order["href"])).text
    found["gift"] = shopper.get(f"{order['href']}/proof").text
    found["dashboard"] = shopper.get("/stand-in/").text
    return found


def _of_staff(owner: Shopper) -> dict[str, str]:
    orders = owner.get("/owner/orders")
    order = soup(orders).select_one("#orders tbody a")
    assert order
    rooms = (
        str(order["href"]),
        "/owner/stock",
        "/owner/stock/DISC-SILVER-18",
        "/owner/comments",
        "/owner/wall",
        "/finance/",
        "/finance/agreements",
        "/finance/months",
        "/finance/remittances",
        "/sign-in/password",
    )
    return {"owner orders": orders.text, **{path: owner.get(path).text for path in rooms}}
