"""The day promised with what is in a basket: the same on each page, and what the buyer says of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Final

from shop import clock
from shop.catalogue import page_cache
from shop.catalogue.postage import CHEAPEST, SERVICES
from shop.checkout.basket_contents import BasketContents
from shop.orders.order_summary import IF_NOW, WE, OrderSummary, order_summary
from shop.planning.planner import ENGRAVED, LATELY, PLAIN, Promise, Wishes, keeps, promise
from shop.pricing import QuotedLine
from shop.web.dates import weekday

LEAVE_EMPTY: Final = "You can also leave this day empty."
CONTRADICTION: Final = "It has to be there by {}, and yet not before {}. Please change one of the two."


def with_promise(basket: BasketContents) -> BasketContents:
    """The basket with the day that an order of it would be promised now."""
    return replace(basket, promise=promise_of(basket.lines, basket.details)) if basket.lines else basket


def as_shown_lately(basket: BasketContents) -> BasketContents:
    """The basket with the day that may have been shown before others ordered; see planner.LATELY."""
    before = promise_of(basket.lines, basket.details, lately=True)
    return basket if before == basket.promise else replace(basket, promise=before)


def promise_of(
    lines: Sequence[QuotedLine], details: dict[str, Any] | None, *, lately: bool = False
) -> Promise:
    """The day for these pieces, sent where and how the buyer said; until then, in the cheapest way."""
    kept = details or {"postage": CHEAPEST.slug, "contact": {"postcode": ""}}
    engravings = [line.item.engraving for line in lines]
    plan, now = page_cache.plan(), clock.now()
    return promise(
        plan.lately() if lately else plan,
        now - LATELY if lately else now,
        sum(ENGRAVED if words else PLAIN for words in engravings),
        service=kept["postage"],
        postcode=kept["contact"]["postcode"],
        wishes=wishes_of(kept),
        by_hand=any(words is not None and words.by_hand for words in engravings),
    )


def summary_of(basket: BasketContents) -> OrderSummary:
    """What an order of the basket would be, in sentences; by what post is said once it was chosen."""
    kept = basket.details
    return order_summary(
        kept["contact"] if kept else None,
        basket.promise,
        SERVICES[kept["postage"]].name if kept else "",
        as_gift=bool(kept and kept.get("as_gift")),
        wishes=kept.get("wishes") if kept else None,
        who=WE if kept else IF_NOW,
    )


def wishes_of(details: dict[str, Any] | None) -> Wishes:
    """What the buyer says of the day it arrives."""
    return Wishes.of((details or {}).get("wishes", {}))


def needed_sooner(lines: Sequence[QuotedLine], details: dict[str, Any]) -> str:
    """Why it cannot be there by the day it is needed, and what would help; empty when it can."""
    wishes, found = wishes_of(details), promise_of(lines, details)
    if keeps(found, wishes):
        return ""
    if said := contradicting(wishes):
        return said
    said = cannot_promise(found.posted_by, found.arrives_by, SERVICES[details["postage"]].name)
    faster = _faster(lines, details, wishes)
    return f"{said} {faster}You can leave this day empty and order all the same."


def contradicting(wishes: Wishes) -> str:
    """That the days asked for contradict one another; empty where they do not."""
    if not wishes.needed_by or not wishes.not_before or wishes.needed_by >= wishes.not_before:
        return ""
    return CONTRADICTION.format(weekday(wishes.needed_by), weekday(wishes.not_before))


def cannot_promise(posted_by: date, arrives_by: date, service: str) -> str:
    """That it cannot be there by a day, and when it should be."""
    return (
        f"We cannot promise that: we post it by {weekday(posted_by)}, and with {service} it may arrive as "
        f"late as {weekday(arrives_by)}."
    )


def _faster(lines: Sequence[QuotedLine], details: dict[str, Any], wishes: Wishes) -> str:
    for service in SERVICES.values():
        other = promise_of(lines, details | {"postage": service.slug})
        if keeps(other, wishes):
            return f"{service.name} would bring it by {weekday(other.arrives_by)}. "
    return ""
