"""Two years of a shop's giving, in any order of things.

What happens is Hypothesis's choice; what the charity should have is read from the Stripe server and from the
agreements that were entered, apart from the shop's own reading of them.
"""

import csv
import io
import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shop import exports
from shop.catalogue import snapshot
from shop.fulfilment import units
from shop.fulfilment.stages import Action, Remake
from shop.giving import agreements, ledger, month_close, periods, remittances, verification
from shop.giving.agreements import NewAgreement
from shop.giving.booking_days import first_day, next_month
from shop.giving.month_statements import MonthStatement
from shop.orders import outside_sales
from shop.orders.models import Order, OutsideSale
from shop.payments.models import PaymentEntry
from shop.reconciliation.reconciling import reconcile
from tests.faults.lives.gifts import units_kept
from tests.faults.lives.life import Life
from tests.faults.lives.owner_pages import owner_of, refund_some
from tests.faults.lives.run import set_stock
from tests.faults.lives.world import World
from tests.faults.stripe_server import after_sales, paying
from tests.faults.stripe_server.account import Body, Refusal
from tests.shopper import soup

BRITAIN = ZoneInfo("Europe/London")
PLENTY = 400
WHO = st.integers(min_value=0, max_value=10_000)
"""Which order, payment, refund or dispute of those there are."""


@dataclass(frozen=True)
class Promise:
    """What an agreement that was entered says: the only thing that the check knows of it."""

    starts_on: date
    ends_on: date | None
    amount_pence: int
    basis: str

    def holds(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class TwoYears(RuleBasedStateMachine):
    """Orders, refunds, disputes, fairs and agreements on one side; months and payments on the other."""

    def __init__(
        self, opened: Callable[[], AbstractContextManager[World]], seen: Counter[str], days: int = 731
    ) -> None:
        super().__init__()
        self.opened = opened
        self.days = days
        self.seen = seen
        """What happened, over all lives."""
        self.stack = ExitStack()
        self.lives: list[Life] = []
        self.promises = [Promise(date(2000, 1, 1), None, 500, "unit")]
        self.placed: dict[str, Promise] = {}
        """What was promised when each order was placed."""
        self.fairs: dict[str, int] = {}
        """What each sale at a fair brings, in pence."""
        self.closed: dict[str, str] = {}
        self.paid: Counter[str] = Counter()
        """Pence paid over, by the month in which it was written down."""

    @initialize(seed=st.integers(min_value=0, max_value=2**32))
    def opens(self, seed: int) -> None:
        self.world = self.stack.enter_context(self.opened())
        self.world.chance.seed(seed)
        self.ends = self.world.at + timedelta(days=self.days)
        set_stock(self.world, PLENTY)
        self.a_busy_week()

    def a_busy_week(self) -> None:
        """So that there is something for everything that may follow."""
        for late in (False, False, True, False):
            self.somebody_buys(late)
        self.a_debit_is_decided(2, arrives=True)
        self.some_are_sold_at_a_fair(2, 3)
        self.news_arrives()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self.the_rest_of_the_time_passes()
                self.everything_is_heard_of()
                self.pages_and_files_say_the_same()
                self.seen["months closed"] += len(self.closed)
                self.seen["days"] += (self.world.at - self.world.began).days
        finally:
            self.stack.close()

    # Buyers, the owner and banks.

    @rule(late=st.booleans())
    def somebody_buys(self, late: bool) -> None:
        number = len(self.lives)
        life = Life(self.world, number, random.Random(self.world.chance.random()), 0)
        self.lives.append(life)
        life.opens()
        self.placed |= {order.reference: self.promise_on(self.today()) for order in life.orders()}
        if life.pages:
            (paying.pay_late if late else paying.pay)(self.world.server.account, life.pages[-1])
        self.happens("bought late" if late else "bought")

    @precondition(lambda self: self.lives)
    @rule(who=WHO, arrives=st.booleans())
    def a_debit_is_decided(self, who: int, arrives: bool) -> None:
        page = self.life(who).pages[-1:]
        with suppress(Refusal, IndexError):
            paying.late_money(self.world.server.account, page[0], arrives=arrives)
            self.happens("late money" if arrives else "no money")

    @precondition(lambda self: self.paid_intents())
    @rule(who=WHO, how=st.sampled_from(["unit", "all", "postage", "odd"]))
    def money_goes_back_at_the_dashboard(self, who: int, how: str) -> None:
        intent = self.any_of(who, self.paid_intents())
        lines = [line for life in self.lives for page in life.pages for line in self.lines_of(page, intent)]
        odd = 1 + self.world.chance.randrange(intent["amount"])
        amount = {"unit": lines[0] if lines else odd, "all": None, "postage": 395, "odd": odd}[how]
        with suppress(Refusal):
            after_sales.refund(self.world.server.account, payment_intent=intent["id"], amount=amount)
            self.happens(f"refunded at the dashboard: {how}")

    @precondition(lambda self: self.lives)
    @rule(who=WHO)
    def the_owner_gives_money_back(self, who: int) -> None:
        life = self.life(who)
        if orders := life.orders():
            refund_some(self.world, orders[-1].reference, life.chance)
            self.happens("refunded by the owner")

    @precondition(lambda self: self.of_stripe("refund"))
    @rule(who=WHO, settles=st.booleans())
    def a_refund_is_decided(self, who: int, settles: bool) -> None:
        refund = self.any_of(who, self.of_stripe("refund"))
        with suppress(Refusal):
            decide = after_sales.settle_refund if settles else after_sales.fail_refund
            decide(self.world.server.account, refund["id"])
            self.happens("refund settled" if settles else "refund sent back")

    @precondition(lambda self: self.paid_intents())
    @rule(who=WHO, status=st.sampled_from(["needs_response", "warning_needs_response", "prevented"]))
    def a_bank_objects(self, who: int, status: str) -> None:
        intent = self.any_of(who, self.paid_intents())
        amount = self.world.chance.choice(
            [intent["amount"], 1 + self.world.chance.randrange(intent["amount"])]
        )
        takes = amount if status == "prevented" and self.world.chance.random() < 0.5 else None
        takes = 0 if status == "prevented" and takes is None else takes
        with suppress(Refusal):
            account = self.world.server.account
            after_sales.dispute(account, intent["id"], amount, status=status, withdrawn=takes)
            self.happens(f"disputed: {status}")

    @precondition(lambda self: self.of_stripe("dispute"))
    @rule(who=WHO, ends=st.sampled_from(["won", "lost", "escalates"]))
    def a_bank_decides(self, who: int, ends: str) -> None:
        account, found = self.world.server.account, self.any_of(who, self.of_stripe("dispute"))
        with suppress(Refusal):
            if ends == "escalates":
                after_sales.escalate(account, found["id"])
            else:
                after_sales.close_dispute(account, found["id"], won=ends == "won")
            self.happens(f"dispute {ends}")

    @precondition(lambda self: self.lives)
    @rule(who=WHO)
    def a_unit_is_made_anew(self, who: int) -> None:
        """Whoever's piece was spoilt gets another, and the charity no second gift."""
        for order in self.life(who).orders():
            for action, reason in ((Action.BEGIN, None), (Action.REMAKE, Remake.SLIP)):
                with suppress(units.NotAllowed), self.world.database.transaction() as session:
                    units.act(session, order.id, 1, action, actor="owner", reason=reason)
                    self.seen[f"bench: {action}"] += 1

    # The owner and the finance lead.

    @rule(quantity=st.integers(min_value=1, max_value=3), days_ago=st.integers(min_value=0, max_value=9))
    def some_are_sold_at_a_fair(self, quantity: int, days_ago: int) -> None:
        sold_on = self.today() - timedelta(days=days_ago)
        with self.world.database.transaction() as session:
            catalogue = snapshot.load(session)
            piece = catalogue.by_slug["petal"]
            entry = outside_sales.SaleEntry(
                piece=piece, variant=piece.variants[0], quantity=quantity, sold_on=sold_on, note="A fair"
            )
            once = f"once {len(self.fairs)}"
            sale = outside_sales.enter(session, entry, book="test", once=once, actor="owner")
            reference = sale.reference
        promise = self.promise_on(sold_on)
        self.fairs[reference] = promise.amount_pence * (quantity if promise.basis == "unit" else 1)
        self.happens("sold at a fair")

    @precondition(lambda self: self.fairs)
    @rule(who=WHO)
    def a_sale_at_a_fair_was_a_mistake(self, who: int) -> None:
        reference = self.any_of(who, list(self.fairs))
        with self.world.database.transaction() as session:
            sale = session.scalars(
                select(OutsideSale).where(OutsideSale.reference == reference).order_by(OutsideSale.id)
            ).first()
            assert sale is not None
            taken_back = outside_sales.take_back(session, sale.id, actor="owner")
        assert taken_back == (self.fairs[reference] != 0)
        self.fairs[reference] = 0
        self.happens("fair taken back")

    @rule(
        in_days=st.integers(min_value=0, max_value=60),
        amount=st.sampled_from([100, 500, 750]),
        basis=st.sampled_from(["unit", "order"]),
    )
    def another_agreement_is_signed(self, in_days: int, amount: int, basis: str) -> None:
        today = self.today()
        new = Promise(today + timedelta(days=in_days), None, amount, basis)
        with suppress(agreements.BeginsInThePast), self.world.database.transaction() as session:
            agreements.enter(session, written(new, today), actor="finance", not_alone=True)
            self.promises.append(new)
            self.happens("agreement")

    @precondition(lambda self: len(self.promises) > 1)
    @rule(who=WHO, in_days=st.integers(min_value=0, max_value=40))
    def an_agreement_ends(self, who: int, in_days: int) -> None:
        which = 1 + who % (len(self.promises) - 1)
        on = self.today() + timedelta(days=in_days)
        with self.world.database.transaction() as session:
            policy = session.execute(
                text("SELECT id FROM policy ORDER BY id LIMIT 1 OFFSET :which"), {"which": which}
            ).scalar_one()
            try:
                agreements.end(session, policy, on=on, actor="finance", not_alone=True)
            except agreements.CannotEnd:
                return
        self.promises[which] = replace(self.promises[which], ends_on=on)
        self.happens("agreement ended")

    @rule()
    def a_month_is_closed(self) -> None:
        with self.world.database.transaction() as session:
            month = month_close.next_to_close(session)
            if month is None:
                return
            seen = month_close.ending(session, month)
            month_close.close_month(session, month, seen=seen.digest, actor="finance")
        self.closed[month] = seen.text
        self.happens("month closed")

    @rule(parts=st.integers(min_value=1, max_value=3))
    def the_charity_is_paid(self, parts: int) -> None:
        """All that is owed, or a part."""
        with self.world.database.transaction() as session:
            owing = {name: pence for name, pence in remittances.owed(session, "test").items() if pence > 0}
            to = remittances.charities(session, "test")
            for name, pence in owing.items():
                amount = pence // parts or pence
                remittances.record_remittance(
                    session, book="test", policy_id=to[name], amount_pence=amount, paid_on=self.today(),
                    bank_reference="GIVING", key=f"{self.steps()}", actor="finance",
                )  # fmt: skip
                self.paid[self.month()] += amount
                self.happens("paid over")

    @rule(who=WHO)
    def a_payment_never_left(self, who: int) -> None:
        with self.world.database.transaction() as session:
            made = standing_payments(session)
            if made:
                wrong = self.any_of(who, made)
                remittances.undo_remittance(session, wrong.seq, reason="It never left", actor="finance")
                self.paid[self.month()] -= wrong.amount_pence
                self.happens("payment undone")

    @rule(who=WHO)
    def a_payment_was_written_down_wrongly(self, who: int) -> None:
        """Less was paid than was said."""
        with self.world.database.transaction() as session:
            made = standing_payments(session)
            if made and (wrong := self.any_of(who, made)).amount_pence > 1:
                right = wrong.amount_pence // 2
                remittances.correct_remittance(
                    session, wrong.seq, amount_pence=right, paid_on=wrong.paid_on,
                    bank_reference="GIVING 2", reason="Half of it", actor="finance",
                )  # fmt: skip
                self.paid[self.month()] += right - wrong.amount_pence
                self.happens("payment corrected")

    # Time and news.

    @precondition(lambda self: self.world.at < self.ends)
    @rule(days=st.integers(min_value=0, max_value=45), hours=st.integers(min_value=0, max_value=23))
    def time_passes(self, days: int, hours: int) -> None:
        self.world.pass_(days=days, hours=hours)

    def the_rest_of_the_time_passes(self) -> None:
        """Month by month, with whatever banks and buyers still have to say."""
        while self.world.at < self.ends:
            self.world.pass_(days=29)
            self.news_arrives()
            self.a_month_is_closed()
            self.the_charity_is_paid(1)
            self.the_ledger_is_whole()
            self.every_month_has_one_figure()
        self.a_closed_month_says_what_it_said()

    @rule()
    def news_arrives(self) -> None:
        """Whatever was not lost, twice here and there, in any order."""
        self.world.collect()
        while self.world.post:
            self.world.deliver()
        self.world.work()

    @rule()
    def everything_is_heard_of(self) -> None:
        """The worker has looked at everything: our books are Stripe's, the charity has its due."""
        self.news_arrives()
        for _ in range(REST):
            self.world.pass_(hours=25)
            self.world.work()
        services = self.world.app.extensions["shop"].services
        told = [one for one in reconcile(services) if REFUND_WAITS not in one]
        nothing([*told, *self.gifts_wrong()])

    # What is always so.

    @invariant()
    def the_ledger_is_whole(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.database.reading() as session:
            nothing([*verification.verify(session), *misbooked(session, set(self.closed))])

    @invariant()
    def a_closed_month_says_what_it_said(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.database.reading() as session:
            for month, said in self.closed.items():
                assert month_close.ending(session, month).text == said

    @invariant()
    def every_month_has_one_figure(self) -> None:
        if not hasattr(self, "world"):
            return
        with self.world.database.reading() as session:
            statements = list(statements_of(session, self.month()))
            entries = entries_by_month(session)
        owed = held = 0
        for one in statements:
            assert one.balances
            assert (one.opening_owed_pence, one.opening_held_pence) == (owed, held)
            owed, held = one.owed_pence, one.held_pence
            assert figures_of(one) == entries[one.month]
            assert one.paid_pence == self.paid[one.month]
            assert sum(gift.pence for gift in one.gifts) == one.accrued_pence - one.taken_back_pence

    def pages_and_files_say_the_same(self) -> None:
        """What is shown, what is downloaded and what is summed up are one figure for each month."""
        finance = owner_of(self.world)
        months = {row[0]: row for row in rows_of(finance.get("/finance/months"))}
        with self.world.database.reading() as session:
            for one in statements_of(session, self.month()):
                row = months[f"{first_day(one.month):%B %Y}"]
                shown = [in_pence(cell) for cell in row[1:6]]
                assert shown[0] - shown[1] == one.accrued_pence - one.taken_back_pence
                assert shown[2:] == [one.paid_pence, one.owed_pence, one.held_pence]
                assert in_csv(self.file_of(session, "csv", one.month)) == figures_of(one)
                assert in_json(self.file_of(session, "json", one.month)) == figures_of(one)
            all_months = {one.month: figures_of(one) for one in statements_of(session, self.month())}
            self.quarters_are_their_months(session, all_months)
        assert self.on_giving() == {month: came_to for month, came_to in all_months.items() if any(came_to)}

    def quarters_are_their_months(self, session: Session, months: Mapping[str, "Figures"]) -> None:
        listed = periods.periods(
            session, periods.Kind.QUARTER, "test", first=min(months), now=self.month(), starts=4
        )
        for quarter, came_to in zip(listed, periods.figures(session, "test", listed), strict=True):
            parts = [months.get(month, Figures()) for month in quarter.months]
            summed = Figures(*(sum(part[at] for part in parts) for at in range(3)))
            assert (came_to.accrued_pence, came_to.taken_back_pence, came_to.paid_pence) == summed

    def on_giving(self) -> dict[str, "Figures"]:
        """What everybody is shown, of the months in which something was booked."""
        said = self.world.app.test_client().get("/giving/months.csv").text
        found = {
            row["month"]: Figures(*(pence_of(row[name]) for name in ("accrued", "taken_back", "paid_over")))
            for row in csv.DictReader(io.StringIO(said))
        }
        return {month: came_to for month, came_to in found.items() if any(came_to)}

    def file_of(self, session: Session, name: str, month: str) -> str:
        office = exports.Office(instance_dir=self.world.app.extensions["shop"].settings.instance_dir)
        selection = exports.selection.of_month("test", month)
        return b"".join(exports.write(session, name, selection, office)).decode()

    # Its means.

    def happens(self, what: str) -> None:
        self.seen[what] += 1
        self.world.collect()

    def steps(self) -> int:
        self.number = getattr(self, "number", 0) + 1
        return self.number

    def today(self) -> date:
        return self.world.at.astimezone(BRITAIN).date()

    def month(self) -> str:
        return f"{self.today():%Y-%m}"

    def life(self, who: int) -> Life:
        return self.lives[who % len(self.lives)]

    def any_of(self, who: int, things: Sequence[Any]) -> Any:
        """Raises IndexError when there is none."""
        return things[who % max(len(things), 1)]

    def of_stripe(self, kind: str) -> list[Body]:
        return self.world.server.account.all(kind)

    def paid_intents(self) -> list[Body]:
        return [one for one in self.of_stripe("payment_intent") if one["amount_received"]]

    def lines_of(self, page: str, intent: Body) -> list[int]:
        account = self.world.server.account
        if account.objects[page]["payment_intent"] != intent["id"]:
            return []
        return [line["amount_total"] // line["quantity"] for line in account.items[page]]

    def promise_on(self, day: date) -> Promise:
        """The one that speaks on a day: of several the one that began last, of these the one entered last."""
        found = [(one.starts_on, number) for number, one in enumerate(self.promises) if one.holds(day)]
        return self.promises[max(found)[1]]

    def gifts_wrong(self) -> Iterator[str]:
        with self.world.database.reading() as session:
            for order in session.scalars(select(Order)):
                promise = self.placed[order.reference]
                kept = len(units_kept(self.world, session, order))
                due = promise.amount_pence * (kept if promise.basis == "unit" else bool(kept))
                yield from wrong(session, order.reference, due)
            for reference, due in self.fairs.items():
                yield from wrong(session, reference, due)


REFUND_WAITS = ": a refund of "
"""What Stripe refuses while a bank disputes it, or since it went back otherwise, is for the owner to say."""
REST = 4
"""Days without any post after which the worker has looked at everything that is new."""


def written(promise: Promise, signed_on: date) -> NewAgreement:
    return NewAgreement(
        charity_name="PANDAS Foundation UK",
        charity_description="a perinatal mental-health charity",
        charity_number=None,
        number_looked_up_on=None,
        charity_url="https://pandasfoundation.org.uk/",
        amount_pence=promise.amount_pence,
        basis=promise.basis,
        agreement_reference=f"AGREED-{signed_on}",
        agreement_signed_on=signed_on,
        starts_on=promise.starts_on,
        ends_on=promise.ends_on,
        pay_within_days=28,
    )


def wrong(session: Session, reference: str, due: int) -> Iterator[str]:
    """What the ledger's own lines of an order come to, against what is due for it."""
    has = session.execute(
        text(
            "SELECT COALESCE(sum(amount_pence), 0) FROM ledger_entry JOIN ledger_txn ON seq = txn_seq"
            " WHERE order_reference = :reference AND account = 'cost'"
        ),
        {"reference": reference},
    ).scalar_one()
    if has != due:
        yield f"{reference}: {has}p given, {due}p due"


def books_after(machine: TwoYears, seed: int, order: int) -> list[Any]:
    """Books after a dozen things at Stripe, the same for a seed, heard of in one of many orders.

    Gives of each order its entries and how its gifts stand, and the balances of the ledger.
    """
    machine.opens(seed)
    chance = random.Random(seed)
    for _ in range(DOZEN):
        happening, ends = chance.choice(HAPPENINGS)
        with suppress(IndexError):
            happening(machine, chance.randrange(10_000), chance.choice(ends))
    machine.world.chance.seed(order)
    machine.everything_is_heard_of()
    with machine.world.database.reading() as session:
        return [
            *(sorted(kept_of(session, life), key=str) for life in machine.lives),
            session.execute(
                text("SELECT account, sum(amount_pence) FROM ledger_entry GROUP BY account ORDER BY account")
            ).all(),
        ]


DOZEN = 12
HAPPENINGS: tuple[tuple[Callable[..., None], Sequence[Any]], ...] = (
    (TwoYears.money_goes_back_at_the_dashboard, ("unit", "all", "postage", "odd")),
    (TwoYears.a_refund_is_decided, (True, False)),
    (TwoYears.a_bank_objects, ("needs_response", "warning_needs_response", "prevented")),
    (TwoYears.a_bank_decides, ("won", "lost", "escalates")),
    (TwoYears.a_debit_is_decided, (True, False)),
)


def kept_of(session: Session, life: Life) -> Iterator[tuple[Any, ...]]:
    for order in life.orders():
        entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id))
        yield from ((entry.kind, entry.amount_pence) for entry in entries)
        yield from ledger.standings(session, order.reference).items()


def nothing(problems: list[str]) -> None:
    assert not problems, problems


class Figures(NamedTuple):
    """A month of one book in pence."""

    accrued: int = 0
    taken_back: int = 0
    paid: int = 0


BACK = frozenset({"reverse", "dispute_lost"})


def figures_of(one: MonthStatement) -> Figures:
    return Figures(one.accrued_pence, one.taken_back_pence, one.paid_pence)


def statements_of(session: Session, until: str) -> Iterator[MonthStatement]:
    """Each month's statement of the test book, from the first booking until now."""
    month = session.execute(text("SELECT min(period) FROM ledger_txn WHERE book = 'test'")).scalar_one()
    while month and month <= until:
        yield next(one for one in month_close.ending(session, month).statements if one.book == "test")
        month = next_month(month)


def entries_by_month(session: Session) -> Mapping[str, Figures]:
    """The same figures from the lines themselves, without the running sums."""
    rows = session.execute(
        text(
            "SELECT period, kind, sum(CASE WHEN account = 'cost' THEN amount_pence ELSE 0 END) AS cost,"
            " sum(CASE WHEN account = 'remitted' THEN -amount_pence ELSE 0 END) AS paid, sum(amount_pence)"
            " FROM ledger_txn JOIN ledger_entry ON txn_seq = seq WHERE book = 'test' GROUP BY period, kind"
        )
    )
    found: dict[str, Figures] = defaultdict(Figures)
    for period, kind, cost, paid, balance in rows:
        assert balance == 0
        found[period] = figures_with(found[period], kind, int(cost), int(paid))
    return found


def figures_with(so_far: Figures, kind: str, cost: int, paid: int) -> Figures:
    return Figures(
        so_far.accrued + (cost if kind == "accrue" else 0),
        so_far.taken_back - (cost if kind in BACK else 0),
        so_far.paid + paid,
    )


def standing_payments(session: Session) -> list[remittances.Remittance]:
    return [one for one in remittances.remittances(session, "test") if not one.undone and not one.undoes]


def in_csv(file: str) -> Figures:
    """What a file's rows come to."""
    return in_rows(csv.DictReader(io.StringIO(file)))


def in_json(file: str) -> Figures:
    return in_rows(map(json.loads, file.splitlines()))


def pence_of(pounds: str) -> int:
    return round(Decimal(pounds) * 100)


def in_rows(rows: Iterable[Mapping[str, Any]]) -> Figures:
    found = Figures()
    for row in rows:
        cost, paid = int(row["amount_pence"]), int(row["paid_pence"])
        found = figures_with(found, row["kind"], cost, paid)
    return found


def misbooked(session: Session, closed: set[str]) -> Iterator[str]:
    """Each transaction stands in Britain's month of its booking; in a later one only if that was closed."""
    for seq, period, booked_at, event_at in session.execute(
        text("SELECT seq, period, booked_at, event_at FROM ledger_txn")
    ):
        month = f"{in_britain(booked_at):%Y-%m}"
        if period < month or (period > month and month not in closed):
            yield f"{seq}: booked in {month}, stands in {period}"
        if in_britain(event_at).date() > in_britain(booked_at).date():
            yield f"{seq}: booked before the day on which it happened"


def moment(found: datetime | str) -> datetime:
    found = datetime.fromisoformat(found) if isinstance(found, str) else found
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def in_britain(found: datetime | str) -> datetime:
    return moment(found).astimezone(BRITAIN)


def rows_of(page: Any) -> list[list[str]]:
    return [
        [cell.text.strip() for cell in row.select("th, td")] for row in soup(page).select("#months tbody tr")
    ]


def in_pence(shown: str) -> int:
    """An amount as pages write it."""
    sign = -1 if shown.startswith(("-", "\u2212")) else 1
    return sign * int("".join(sign for sign in shown if sign.isdigit()))
