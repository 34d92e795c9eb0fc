"""Artwork that came by post is entered by the owner, and its buyer sees it on the piece before paying."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from shop.orders.models import Order
from shop.orders.states import State
from shop.uploads import order_photographs, store
from tests.checkout.test_uploads import drawn, sends
from tests.shopper import DETAILS, Shopper, soup
from tests.telephone.conftest import Telephone

pytestmark = pytest.mark.slow

PLACE = {"artwork-back-width": "6"}


def enters(telephone: Telephone) -> int:
    """The owner photographs a copy that came in a letter, places its outline, and sends the link."""
    owner, number = telephone.owner, telephone.begins("letter")
    traced = owner.get(sends(owner, drawn()).location)
    link = soup(traced).find("a", string="Place it on Disc, back")
    assert link
    chosen = {**PLACE, "variant": str(owner.variant("disc").id)}
    assert owner.send(str(link["href"]), "/basket/lines", chosen).status_code == 303
    assert owner.send("/checkout", "/checkout", DETAILS).status_code == 303
    assert telephone.presses_send(number).status_code == 303
    return number


def photographs(telephone: Telephone, order: Order) -> int:
    with telephone.harness.database.reading() as session:
        return len(order_photographs.ids_of(session, order.id))


def test_the_buyer_sees_it_on_the_piece_pays_and_the_bench_has_its_photograph(telephone: Telephone) -> None:
    caller = telephone.caller(enters(telephone))
    last_look = caller.get("/checkout/payment")
    assert "handwriting from a photograph, 6.0 mm wide" in last_look.text
    assert soup(last_look).select(".engraved svg use"), "the piece is shown without it"
    assert caller.press_pay().status_code == 303
    order = telephone.pays()
    assert order.state == State.PAID
    assert photographs(telephone, order) == 1
    page = telephone.owner.get(f"/owner/orders/{order.reference}")
    (picture,) = soup(page).select(".bench-photographs img")
    assert telephone.owner.get(str(picture["src"])).status_code == 200


def test_the_owners_own_browser_keeps_none_of_it(telephone: Telephone) -> None:
    enters(telephone)
    own = telephone.owner.get("/pieces/disc/artwork/back")
    assert not soup(own).select(".photographs li")
    assert not soup(Shopper(telephone.owner.app).get("/pieces/disc/artwork/back")).select(".photographs li")


def test_the_photograph_is_kept_as_long_as_the_link_in_the_letter(
    telephone: Telephone, later: Callable[[timedelta], None]
) -> None:
    address = telephone.address(enters(telephone))
    later(timedelta(days=9))
    forgets(telephone)
    caller = Shopper(telephone.owner.app)
    caller.send(address, None)
    assert caller.press_pay().status_code == 303
    assert photographs(telephone, telephone.pays()) == 1


def test_with_the_link_it_goes(telephone: Telephone, later: Callable[[timedelta], None]) -> None:
    enters(telephone)
    later(timedelta(days=10, minutes=1))
    assert forgets(telephone) == 1


def forgets(telephone: Telephone) -> int:
    with telephone.harness.database.transaction() as session:
        return store.forget_old(session)
