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
from shop.confirmations.charity_keys import grouped, keys_of
from shop.confirmations.payment_confirmations import first_that_counts
from shop.giving import remittances
from shop.giving.due import due
from shop.giving.gift_counts import gifts, shares
from shop.giving.months import Sums, by_month, owed_by_charity, read_sums
from shop.giving.policies import SAMPLE_AGREEMENT, policy_in_force
from shop.money import pounds_and_pence
from shop.pages.giving_figures import (
    Agreement,
    Given,
    agreement_facts,
    chart,
    month_table,
    payment_row,
)
from shop.pages.giving_summary import summary
from shop.payments.services import Services
from shop.transparency import served_tiles

blueprint = Blueprint("giving", __name__)

PAGE: Final = "/giving"
FILE: Final = "/giving/months.csv"
CSV: Final = "text/csv; charset=utf-8"
_EXTENSION: Final = "shop.giving_pages"

COLUMNS: Final = ("month", "accrued", "taken_back", "given", "paid_over", "owed_at_end", "held_at_end")


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
    first_due = _FirstDue()

    def read() -> Given:
        statement: Statement = app.extensions["shop"].statement
        with web.reading() as session:
            sums = read_sums(session, services.book)
            return _given(session, sums, statement(session), first_due.day(session, sums))

    kept = app.extensions[_EXTENSION] = CachedPages(read)
    answer_from_memory(app, kept)


def _cached_pages() -> CachedPages[Given]:
    found: CachedPages[Given] = current_app.extensions[_EXTENSION]
    return found


@dataclass
class _FirstDue:
    """By when the first of what is owed is paid over: asked again only after the ledger has moved."""

    seq: int = -1
    found: date | None = None

    def day(self, session: Session, sums: Sums) -> date | None:
        if sums.seq != self.seq:
            self.found = min((one.due_on for one in due(session, sums.book)), default=None)
            self.seq = sums.seq
        return self.found


def _given(session: Session, sums: Sums, statement: str | None, due_on: date | None) -> Given:
    month, each = clock.month(clock.now()), shares(session)
    return Given(
        book=sums.book,
        statement=statement,
        agreement=_agreement(session, live=sums.book == "live"),
        months=tuple(reversed(by_month(sums, month))),
        due_on=due_on,
        owed=tuple(sorted(owed_by_charity(session, sums).items())),
        payments=(payments := tuple(remittances.remittances(session, sums.book))),
        confirmed=_confirmed(session, [payment.seq for payment in payments]),
        logged=served_tiles.checkpoint(session, sums.book) is not None,
        seq=sums.seq,
        hash=sums.hash,
        booked_on=sums.booked_on,
        year=month[:4],
        this_year=gifts(sums, each, since=f"{month[:4]}-01"),
        in_all=gifts(sums, each),
    )


def _confirmed(session: Session, payments: Sequence[int]) -> tuple[tuple[int, date], ...]:
    """On which days the charity confirmed these payments, with a key that its agreement names."""
    found = first_that_counts(session, payments)
    return tuple((seq, clock.in_britain(at).date()) for seq, at in sorted(found.items()))


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
        keys=tuple(grouped(one.fingerprint) for one in keys_of(session, policy.id)),
        sample=policy.agreement_reference == SAMPLE_AGREEMENT,
    )


def _page(given: Given) -> str:
    return render_template(
        "pages/giving.html",
        here="giving",
        canonical=PAGE,
        given=given,
        test=given.book == "test",
        statement=given.statement,
        summary=summary(given) if given.months else None,
        owed=[f"{name}: {pounds_and_pence(pence)} owed now" for name, pence in given.owed],
        drawn=chart(given.months),
        months=month_table(given),
        payments=[payment_row(one, dict(given.confirmed).get(one.seq)) for one in given.payments],
        agreement=agreement_facts(given.agreement) if given.agreement else [],
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
