"""The twelve pictures of the gallery: what somebody sees who walks through the shop, in order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from shop import clock
from tests.journeys.page_states import at, staff_at
from tests.journeys.visitor import Visitor

WIDE: Final = (1280, 960)
PHONE: Final = (375, 740)


@dataclass(frozen=True)
class Picture:
    """One screen. `enter` leaves the visitor there; what `near` selects is brought to its top."""

    name: str
    says: str
    size: tuple[int, int]
    enter: Callable[[Visitor], None]
    near: str = ""


def typing(visitor: Visitor) -> None:
    visitor.open("/pieces/disc")
    visitor.picks("Sterling silver", "18 in")
    visitor.types("Line 1", "Caoimhe", within="Front")
    visitor.types("Along the lower edge", "14 May 2018", within="Front")
    drawn(visitor, "Along the lower edge")


def typing_on_a_phone(visitor: Visitor) -> None:
    visitor.open("/pieces/two-rings")
    visitor.picks("18ct gold", "18 in")
    visitor.types("Large ring", "both ways")
    drawn(visitor, "Large ring")


def drawn(visitor: Visitor, line: str) -> None:
    """Wait until the last letter is on the picture and the line's height was spoken, which nobody sees."""
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.locator("[data-words] svg").first.wait_for(state="attached")
    visitor.page.locator(".tiles-faces .visually-hidden").first.wait_for(state="detached")
    spoken = visitor.page.locator("[data-spoken]")
    spoken.filter(has_text=f"{line}: Your letters").wait_for(state="attached")
    spoken.evaluate("element => element.replaceChildren()")
    visitor.page.wait_for_timeout(200)


def basket(visitor: Visitor) -> None:
    visitor.has_in_basket(
        engraving_front_1="Caoimhe", engraving_front_2="14 May", dedication="For you, always."
    )
    visitor.has_in_basket("petal", "PETAL-GOLD-18")
    visitor.open("/basket")


def last_look(visitor: Visitor) -> None:
    basket(visitor)
    visitor.has_given_details()
    visitor.open("/checkout/payment")


def order(visitor: Visitor) -> None:
    visitor.open(visitor.has_paid())
    visitor.page.get_by_role("link", name="See your order").click()


def bench(visitor: Visitor) -> None:
    staff_at("owner", "/owner/orders", sold=True)(visitor)
    visitor.page.locator("#orders tbody a").click()


PAID_OVER: Final = {"bank_reference": "POM NOV 26", "receipt": "Letter of thanks, file 3"}


def autumn(visitor: Visitor) -> None:
    """Orders in four months, and what was paid over for each of the first three."""
    for month, orders in ((8, 2), (9, 3), (10, 2), (11, 1)):
        clock.now = partial(datetime, 2026, month, 20, 10, tzinfo=UTC)  # the test puts it back
        visitor.has_signed_in("finance")
        for _ in range(orders):
            visitor.reads_ahead(visitor.has_paid())
        if month < 11:
            paid = {**PAID_OVER, "amount": f"{orders * 10}.00", "paid_on": f"2026-{month:02}-20"}
            assert visitor.sends("/finance/remittances", "/finance/remittances", paid).status_code == 303


def giving(visitor: Visitor) -> None:
    autumn(visitor)
    visitor.open("/giving")


def payments(visitor: Visitor) -> None:
    autumn(visitor)
    visitor.open("/finance/remittances")


PICTURES: Final = (
    Picture("home", "The first page", WIDE, at("/")),
    Picture("collection", "The collection", WIDE, at("/pieces"), near=".choices"),
    Picture("disc", "Words on the Disc, drawn as they are typed", WIDE, typing),
    Picture(
        "typing", "The same on a phone, around a ring", PHONE, typing_on_a_phone, near="#engraving-large-1"
    ),
    Picture("basket", "The basket: the drawing, and the donation on its own line", WIDE, basket),
    Picture("last-look", "Every letter once more before the buyer pays", PHONE, last_look),
    Picture("order", "The buyer's order, at a link that nobody else has", PHONE, order),
    Picture("bench", "The owner's bench: the same outlines, drawn large", WIDE, bench, near="h2"),
    Picture(
        "figure",
        "Where such cells were found, in whom, in which study",
        WIDE,
        at("/journal/what-studies-found"),
        near="section:has(figure)",
    ),
    Picture("giving", "What was given, month by month", WIDE, giving),
    Picture(
        "paid-over",
        "The finance lead writes down what the charity was paid",
        (1280, 1400),
        payments,
        near="h1",
    ),
    Picture("support", "Help, first of all for today", PHONE, at("/support")),
)
