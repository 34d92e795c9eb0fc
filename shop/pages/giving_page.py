"""/giving: what was given, is owed and was paid over, month by month, and how that can be checked.

A month with a single order shows a single gift. That is left as it is: the figures name nobody, and only who
knows of an order already could tell which one it was. Nothing is shown that is finer than a day.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import Blueprint, Flask, current_app, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from shop import clock, web
from shop.catalogue.page_cache import CachedPages, Statement, answer_from_memory
from shop.giving import remittances
from shop.giving.ledger import Book
from shop.giving.months import Month, Sums, by_month, owed_by_charity, read_sums
from shop.giving.policies import SAMPLE_AGREEMENT, policy_in_force
from shop.giving.remittances import Remittance
from shop.money import pounds, pounds_and_pence
from shop.payments.services import Services

blueprint = Blueprint("giving", __name__)

PAGE: Final = "/giving"
FILE: Final = "/giving/months.csv"
CSV: Final = "text/csv; charset=utf-8"
_EXTENSION: Final = "shop.giving_pages"

DRAWN: Final = 12
"""Months in the chart; the table below it has them all."""
WIDEST: Final = 70
"""How much of the chart's width, in per cent, its longest bar takes; the rest is for the figure beside it."""

COLUMNS: Final = ("month", "accrued", "taken_back", "given", "paid_over", "owed_at_end", "held_at_end")


@dataclass(frozen=True)
class Agreement:
    """What stands behind the promise in force."""

    charity_name: str
    charity_url: str
    reference: str
    signed_on: date
    starts_on: date
    ends_on: date | None
    pay_within_days: int
    sample: bool


@dataclass(frozen=True)
class Given:
    """Everything the page depends on; money in pence. Two that are equal give the same page."""

    book: Book
    statement: str | None
    agreement: Agreement | None
    months: tuple[Month, ...]
    """Newest first."""
    owed: tuple[tuple[str, int], ...]
    """To each charity now."""
    payments: tuple[Remittance, ...]
    seq: int
    hash: str
    booked_on: date | None

    @property
    def given_pence(self) -> int:
        """What all orders came to for the charity."""
        return sum(month.given_pence for month in self.months)

    @property
    def paid_pence(self) -> int:
        """What was paid over in all."""
        return sum(month.paid_pence for month in self.months)

    @property
    def owed_pence(self) -> int:
        """What is owed now; below zero when more was paid over than is owed."""
        return self.months[0].owed_pence if self.months else 0

    @property
    def held_pence(self) -> int:
        """What waits for a bank to decide a dispute."""
        return self.months[0].held_pence if self.months else 0


@dataclass(frozen=True)
class Bar:
    """An amount in the chart: its width in per cent, and whether it goes the other way."""

    pence: int
    percent: str
    back: bool


@dataclass(frozen=True)
class Row:
    """A month in the chart."""

    label: str
    given: Bar
    paid: Bar


@blueprint.get(PAGE)
def show() -> ResponseReturnValue:
    """The account of what is given, never older than a second."""
    return _cached_pages().page(PAGE, _page).response()


@blueprint.get(FILE)
def months_file() -> ResponseReturnValue:
    """The table of months as a file."""
    return _cached_pages().page(FILE, _file, CSV).response()


def init_app(app: Flask) -> None:
    """Keep the pages in memory."""
    services: Services = app.extensions["shop"].services

    def read() -> Given:
        statement: Statement = app.extensions["shop"].statement
        with web.reading() as session:
            return _given(session, read_sums(session, services.book), statement(session))

    kept = app.extensions[_EXTENSION] = CachedPages(read)
    answer_from_memory(app, kept)


def chart(months: Sequence[Month]) -> list[Row]:
    """The months as bars, in the order given; the longest bar is WIDEST per cent of the width."""
    longest = max((abs(p) for month in months for p in (month.given_pence, month.paid_pence)), default=0)
    return [
        Row(month_name(month.name), _bar(month.given_pence, longest), _bar(month.paid_pence, longest))
        for month in months
    ]


def month_name(month: str) -> str:
    """'2026-11' as November 2026."""
    return f"{date(int(month[:4]), int(month[5:]), 1):%B %Y}"


def _bar(pence: int, longest: int) -> Bar:
    tenths = WIDEST * 10 * abs(pence) // longest if longest else 0
    return Bar(pence, f"{tenths // 10}.{tenths % 10}%", back=pence < 0)


def _cached_pages() -> CachedPages[Given]:
    found: CachedPages[Given] = current_app.extensions[_EXTENSION]
    return found


def _given(session: Session, sums: Sums, statement: str | None) -> Given:
    return Given(
        book=sums.book,
        statement=statement,
        agreement=_agreement(session, live=sums.book == "live"),
        months=tuple(reversed(by_month(sums, f"{clock.now():%Y-%m}"))),
        owed=tuple(sorted(owed_by_charity(session, sums).items())),
        payments=tuple(remittances.remittances(session, sums.book)),
        seq=sums.seq,
        hash=sums.hash,
        booked_on=sums.booked_on,
    )


def _agreement(session: Session, *, live: bool) -> Agreement | None:
    policy = policy_in_force(session, clock.now(), samples=not live)
    if policy is None or policy.agreement_reference is None or policy.agreement_signed_on is None:
        return None
    return Agreement(
        policy.charity_name,
        policy.charity_url,
        policy.agreement_reference,
        policy.agreement_signed_on,
        policy.starts_on,
        policy.ends_on,
        policy.pay_within_days,
        sample=policy.agreement_reference == SAMPLE_AGREEMENT,
    )


def _page(given: Given) -> str:
    return render_template(
        "pages/giving.html",
        here="giving",
        canonical=PAGE,
        given=given,
        statement=given.statement,
        rows=chart(given.months[:DRAWN]),
        said=_said(given.months[:DRAWN]),
        month_name=month_name,
    )


def _said(months: Sequence[Month]) -> str:
    """The chart in words, for those who do not see it."""
    return " ".join(
        f"{month_name(month.name)}: {pounds(month.given_pence)} given, {pounds(month.paid_pence)} paid over."
        for month in months
    )


def _file(given: Given) -> str:
    lines = io.StringIO()
    rows = csv.writer(lines)
    rows.writerow((*COLUMNS, "currency", "orders"))
    for month in reversed(given.months):
        amounts = (
            month.accrued_pence,
            month.taken_back_pence,
            month.given_pence,
            month.paid_pence,
            month.owed_pence,
            month.held_pence,
        )
        plain = (pounds_and_pence(pence).replace("£", "").replace(",", "") for pence in amounts)
        rows.writerow((month.name, *plain, "GBP", "real" if given.book == "live" else "test"))
    return lines.getvalue()
