"""What a dearer metal or chain costs more is paid by a supplement: never taken for paying twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from shop import clock, privacy, stock
from shop.catalogue import snapshot
from shop.catalogue.models import Variant
from shop.fulfilment.corrections import BUYER
from shop.fulfilment.stages import Action, Stage
from shop.orders.lifecycle import State, lines_of
from shop.payments import supplement_page, supplements
from shop.payments.exchanging import Wanted, exchanges
from shop.payments.gateway_errors import GatewayDown
from shop.payments.kinds import EntryKind, SupplementState
from shop.payments.models import PaymentEntry, Supplement
from shop.payments.refunds import NotWaiting, ask, close, send_again
from shop.payments.supplement_page import NotToBePaid, open_supplement
from shop.payments.supplements import AnotherWaits
from shop.payments.sweep import sweep
from shop.payments.sync import sync_order
from shop.reconciliation.reconciling import reconcile
from shop.standin import after_sales, paying
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, Bench, bench
from tests.payments.helpers import asked_refunds
from tests.payments.test_exchanging import changer, meet
from tests.payments.webhook_client import hooked

__all__ = ["bench"]

SILVER, GOLD = "DISC-SILVER-18", "DISC-GOLD-18"


@dataclass
class Dearer:
    """A silver Disc with the word Wren that is to become a golden one, and a Petal."""

    bench: Bench
    order: int

    def ask(self, number: int = 1, sku: str = GOLD, actor: str = BUYER) -> Supplement:
        """Ask for what it costs more. Give the supplement."""
        harness = self.bench.harness
        wording = self.bench.units(self.order)[number].wording
        with harness.database.transaction() as session:
            catalogue, line = snapshot.load(session), lines_of(session, self.order)[number - 1]
            offered = exchanges(catalogue, harness.order(self.order), line)
            found = next(one for one in offered if one.variant.sku == sku)
            wanted = Wanted(found.variant.id, found.difference_pence, wording)
            return supplements.ask(
                session, harness.services, self.order, number, catalogue=catalogue, wanted=wanted, actor=actor
            )

    def opens(self, number: int = 1, sku: str = GOLD) -> str:
        """Ask, and have the page made. Give the session's id."""
        supplement_page.open_supplement(self.bench.harness.services, self.ask(number, sku).id)
        return self.now().stripe_id or ""

    def pays(self, session_id: str) -> None:
        self.bench.harness.at_stripe(paying.pay, session_id)

    def looks(self) -> State:
        return self.bench.harness.sync(self.order)

    def now(self) -> Supplement:
        """The newest supplement of any order as it stands."""
        with self.bench.harness.database.reading() as session:
            query = select(Supplement).order_by(Supplement.id.desc()).limit(1)
            return session.scalars(query).one()

    def sku(self, number: int = 1) -> str:
        with self.bench.harness.database.reading() as session:
            return lines_of(session, self.order)[number - 1].sku

    def kinds(self) -> list[tuple[str, int]]:
        """What moved money, and how much."""
        with self.bench.harness.database.reading() as session:
            rows = session.scalars(
                select(PaymentEntry).where(PaymentEntry.order_id == self.order).order_by(PaymentEntry.id)
            )
            return [(row.kind, row.amount_pence) for row in rows]

    @property
    def paid_first(self) -> int:
        """Pence of the order's own payment."""
        return next(pence for kind, pence in self.kinds() if kind == EntryKind.PAYMENT)

    def gives_back(self, *lines: int, postage: bool = False) -> None:
        """The owner gives these back."""
        with self.bench.harness.database.transaction() as session:
            ask(session, self.order, lines=lines, postage=postage, actor=OWNER)

    def leaves(self) -> None:
        supplement_page.leave(self.bench.harness.services, self.order, self.now().number, actor=BUYER)

    def free(self, sku: str) -> int:
        """How many can still be had."""
        with self.bench.harness.database.reading() as session:
            _, variant = snapshot.load(session).by_sku(sku) or (None, None)
            assert variant
            return stock.level_of(session, variant.id).available

    def unchanged(self) -> None:
        """As though nothing had been asked for: and no money is kept for it."""
        harness = self.bench.harness
        order = harness.order(self.order)
        assert self.sku() == SILVER
        assert harness.kept_pence(self.order) == order.total_pence
        self.sound()

    def sound(self) -> None:
        harness = self.bench.harness
        assert harness.sound() == []
        assert reconcile(harness.services) == []


@pytest.fixture
def dearer(bench: Bench) -> Dearer:
    return Dearer(bench, bench.paid((SILVER, "Wren"), ("petal", "")))


@ONE_ENGINE
def test_once_it_is_paid_the_dearer_piece_stands_and_it_is_no_second_payment(dearer: Dearer) -> None:
    harness, before = dearer.bench.harness, dearer.bench.harness.order(dearer.order)
    free = dearer.free(SILVER), dearer.free(GOLD)
    page = dearer.opens()
    assert (dearer.free(SILVER), dearer.free(GOLD)) == (free[0], free[1] - 1)
    assert dearer.looks() is State.PAID
    assert harness.services.gateway.session(page).status == "open"
    dearer.pays(page)
    harness.deliver_webhooks()
    order = harness.order(dearer.order)
    more = order.total_pence - before.total_pence
    assert (order.state, dearer.sku(), dearer.now().state) == (State.PAID, GOLD, SupplementState.PAID)
    assert dearer.kinds() == [
        (EntryKind.PAYMENT, before.total_pence),
        (EntryKind.SUPPLEMENT, more),
    ]
    assert (dearer.free(SILVER), dearer.free(GOLD)) == (free[0] + 1, free[1] - 1)
    assert harness.given() == 1000
    assert "variant-changed" in harness.emails(dearer.order)
    assert "paid-twice" not in harness.emails(dearer.order)
    dearer.sound()


@ONE_ENGINE
def test_once_engraving_has_begun_all_of_it_goes_back_and_the_buyer_is_told_why(dearer: Dearer) -> None:
    page = dearer.opens()
    dearer.bench.act(dearer.order, 1, Action.CHECK, Action.BEGIN)
    dearer.pays(page)
    assert dearer.looks() is State.PAID
    assert dearer.now().state == SupplementState.RETURNED
    assert dearer.now().why_returned == "We have begun to engrave it."
    assert "supplement-returned" in dearer.bench.harness.emails(dearer.order)
    assert dearer.bench.stages(dearer.order) == [Stage.ENGRAVING, Stage.TO_CHECK]
    dearer.unchanged()


def test_cancelling_it_all_gives_back_from_each_payment_what_it_took(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    dearer.looks()
    dearer.gives_back(1, 2, postage=True)
    assert dearer.looks() is State.REFUNDED
    assert dearer.bench.harness.kept_pence(dearer.order) == 0
    assert dearer.bench.harness.given() == 0
    assert [request.amount_pence for request in asked_refunds(dearer.bench.harness, dearer.order)] == [
        dearer.paid_first,
        dearer.now().expected_pence,
    ]
    dearer.sound()


def test_a_part_that_the_bank_sends_back_leaves_the_piece_in_the_order(dearer: Dearer) -> None:
    harness = dearer.bench.harness
    dearer.pays(dearer.opens())
    dearer.looks()
    dearer.gives_back(1, 2, postage=True)
    dearer.looks()
    first, second = asked_refunds(harness, dearer.order)
    harness.refund_fails(second.stripe_id or "")
    assert dearer.looks() is State.PART_REFUNDED
    assert (harness.given(), dearer.bench.stages(dearer.order)) == (1000, [Stage.TO_CHECK] * 2)
    with harness.database.transaction() as session:
        with pytest.raises(NotWaiting):
            close(session, dearer.order, second.id, returned=False, note="", actor=OWNER)
        send_again(session, dearer.order, second.id, actor=OWNER)
    assert dearer.looks() is State.REFUNDED
    assert (harness.given(), harness.kept_pence(dearer.order)) == (0, 0)
    assert first.joined == second.joined
    dearer.sound()


@ONE_ENGINE
def test_one_piece_goes_back_from_the_payment_that_can_give_all_of_it(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    dearer.looks()
    dearer.bench.refund(dearer.order, 1)
    assert len(asked_refunds(dearer.bench.harness, dearer.order)) == 1
    assert dearer.bench.stages(dearer.order) == [Stage.REFUNDED, Stage.TO_CHECK]
    assert dearer.bench.harness.given() == 500
    dearer.sound()


@ONE_ENGINE
def test_what_the_dashboard_gives_back_of_a_supplement_takes_no_piece_with_it(dearer: Dearer) -> None:
    page, harness = dearer.opens(), dearer.bench.harness
    dearer.pays(page)
    dearer.looks()
    with harness.database.transaction() as session:
        after_sales.refund(session, harness.services.gateway.session(page).payment_intent or "")
    assert dearer.looks() is State.PART_REFUNDED
    assert (harness.given(), dearer.bench.stages(dearer.order)) == (1000, [Stage.TO_CHECK] * 2)
    dearer.sound()


def test_a_page_nobody_pays_is_closed_by_the_sweep_and_its_piece_is_free(dearer: Dearer) -> None:
    free = dearer.free(GOLD)
    page = dearer.opens()
    dearer.bench.harness.pass_time_for_holds()
    sweep(dearer.bench.harness.services)
    assert dearer.bench.harness.services.gateway.session(page).status == "expired"
    assert (dearer.now().state, dearer.free(GOLD)) == (SupplementState.ENDED, free)
    dearer.unchanged()


@ONE_ENGINE
def test_a_dispute_about_the_supplement_rests_the_order_and_a_lost_one_takes_no_piece(dearer: Dearer) -> None:
    page = dearer.opens()
    dearer.pays(page)
    dearer.looks()
    harness = dearer.bench.harness
    intent, pence = harness.services.gateway.session(page).payment_intent or "", dearer.now().expected_pence
    with harness.database.transaction() as session:
        dispute = after_sales.open_dispute(session, intent, pence).id
    assert dearer.looks() is State.DISPUTED
    harness.dispute_ends(dispute, won=False)
    assert dearer.looks() is State.DISPUTE_LOST
    assert (harness.given(), dearer.sku()) == (1000, GOLD)
    dearer.sound()


@ONE_ENGINE
def test_who_leaves_it_has_its_page_closed_and_the_piece_is_everybodys(dearer: Dearer) -> None:
    free, page = dearer.free(GOLD), dearer.opens()
    for _ in range(2):
        dearer.leaves()
        assert dearer.now().state == SupplementState.ENDED
    assert dearer.bench.harness.services.gateway.session(page).status == "expired"
    assert dearer.free(GOLD) == free
    with pytest.raises(NotToBePaid):
        supplement_page.pay(dearer.bench.harness.services, dearer.order, 1)
    dearer.unchanged()


@ONE_ENGINE
def test_who_has_paid_just_before_leaving_it_has_what_was_paid_for(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    dearer.leaves()
    assert (dearer.now().state, dearer.sku()) == (SupplementState.PAID, GOLD)
    dearer.sound()


def test_one_waits_at_a_time_and_asking_for_the_same_again_asks_for_nothing_new(dearer: Dearer) -> None:
    first = dearer.ask()
    assert dearer.ask().id == first.id
    with pytest.raises(AnotherWaits):
        dearer.ask(2, "PETAL-GOLD-16")
    dearer.leaves()
    assert dearer.ask().number == first.number + 1
    assert dearer.bench.harness.sound() == []


@ONE_ENGINE
def test_a_cancelled_piece_is_not_to_be_paid_for_and_its_page_is_closed(dearer: Dearer) -> None:
    page = dearer.opens()
    dearer.bench.refund(dearer.order, 1)
    dearer.looks()
    assert dearer.bench.harness.services.gateway.session(page).status == "expired"
    dearer.looks()
    assert dearer.now().state == SupplementState.ENDED
    dearer.sound()


def test_what_was_sold_to_somebody_else_meanwhile_is_not_charged_for(dearer: Dearer) -> None:
    harness, page = dearer.bench.harness, dearer.opens()
    with harness.database.transaction() as session:
        one = session.scalars(select(Supplement)).one()
        assert stock.release(session, one.hold_id)
        there = stock.level_of(session, one.variant_id).on_hand
        stock.adjust(session, one.variant_id, -there, reason="counted", actor="test")
    dearer.pays(page)
    dearer.looks()
    assert (dearer.now().state, dearer.now().why_returned or "") == (
        SupplementState.RETURNED,
        "The last one was sold to somebody else before the payment reached us.",
    )
    dearer.unchanged()


@ONE_ENGINE
def test_after_an_erasure_nothing_is_changed_any_more_and_the_money_goes_back(dearer: Dearer) -> None:
    harness, page = dearer.bench.harness, dearer.opens()
    with harness.database.transaction() as session:
        reference = harness.order(dearer.order).reference
        privacy.erase(session, harness.services.vault, reference, actor="test")
    dearer.pays(page)
    dearer.looks()
    assert dearer.now().state == SupplementState.RETURNED
    dearer.unchanged()


@ONE_ENGINE
def test_all_that_is_kept_of_a_supplement_is_told_to_who_asks(dearer: Dearer) -> None:
    dearer.opens()
    harness = dearer.bench.harness
    with harness.database.reading() as session:
        vault, reference = harness.services.vault, harness.order(dearer.order).reference
        (kept,) = privacy.everything(session, vault, reference)["supplements"]
    assert (kept["piece"], kept["state"], kept["by"], kept["why"]) == (1, "asked", BUYER, "")


def lost(dearer: Dearer, *, and_pays: bool = False) -> Callable[..., Any]:
    """Stripe makes the page, and its answer is lost; perhaps it is paid at once."""

    def create(create_session: Callable[..., Any], *asked: Any) -> Any:
        seen = create_session(*asked)
        if and_pays:
            dearer.pays(seen.id)
        raise GatewayDown("no answer")

    return create


def pages_of(dearer: Dearer) -> list[str]:
    """Every page that Stripe made for a supplement of the order."""
    harness, at, an_hour = dearer.bench.harness, clock.now(), timedelta(hours=1)
    reference = harness.order(dearer.order).reference
    made = harness.services.gateway.sessions_of(reference, since=at - an_hour, until=at + an_hour)
    return [seen.id for seen in made if seen.supplement]


def test_after_a_lost_answer_the_sweep_finds_the_same_page(dearer: Dearer) -> None:
    asked, services = dearer.ask(), dearer.bench.harness.services
    with pytest.raises(GatewayDown):
        open_supplement(hooked(services, create_session=lost(dearer)), asked.id)
    assert dearer.now().stripe_id is None
    with services.database.transaction() as session:
        session.execute(update(Supplement).values(created_at=clock.now() - timedelta(minutes=3)))
    sweep(services)
    page = dearer.now().stripe_id or ""
    assert pages_of(dearer) == [page]
    dearer.pays(page)
    dearer.looks()
    assert dearer.sku() == GOLD
    dearer.sound()


def test_who_pays_before_we_know_of_the_page_has_it_changed_all_the_same(dearer: Dearer) -> None:
    asked, harness = dearer.ask(), dearer.bench.harness
    with pytest.raises(GatewayDown):
        open_supplement(hooked(harness.services, create_session=lost(dearer, and_pays=True)), asked.id)
    harness.deliver_webhooks()
    assert (dearer.now().state, dearer.sku()) == (SupplementState.PAID, GOLD)
    assert "paid-twice" not in harness.emails(dearer.order)
    dearer.sound()


def test_another_email_after_a_lost_answer_is_another_request_and_finds_the_same_page(dearer: Dearer) -> None:
    asked, services = dearer.ask(), dearer.bench.harness.services
    with pytest.raises(GatewayDown):
        open_supplement(hooked(services, create_session=lost(dearer)), asked.id)
    with services.database.transaction() as session:
        contact = services.vault.reveal(session, dearer.order, "contact") or {}
        services.vault.seal(session, dearer.order, "contact", {**contact, "email": "other@example.com"})
    address = open_supplement(services, asked.id)
    assert (dearer.now().state, dearer.now().url) == (SupplementState.ASKED, address)
    assert len(pages_of(dearer)) == 1
    dearer.pays(dearer.now().stripe_id or "")
    dearer.looks()
    assert dearer.sku() == GOLD
    dearer.sound()


@ONE_ENGINE
def test_without_any_webhook_the_sweep_sees_that_it_was_paid(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    sweep(dearer.bench.harness.services)
    assert dearer.sku() == GOLD
    dearer.sound()


def test_a_payment_and_the_beginning_of_engraving_meet_and_one_of_them_comes_first(dearer: Dearer) -> None:
    dearer.bench.act(dearer.order, 1, Action.CHECK)
    dearer.pays(dearer.opens())
    refused = meet(dearer.looks, lambda: dearer.bench.act(dearer.order, 1, Action.BEGIN))
    dearer.looks()
    came_first = refused[1] is None
    assert dearer.sku() == (SILVER if came_first else GOLD)
    assert dearer.now().state == (SupplementState.RETURNED if came_first else SupplementState.PAID)
    harness = dearer.bench.harness
    assert harness.kept_pence(dearer.order) == harness.order(dearer.order).total_pence
    dearer.sound()


def test_two_looks_at_once_carry_it_out_once(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    assert meet(dearer.looks, dearer.looks) == [None, None]
    assert [kind for kind, _ in dearer.kinds()] == [EntryKind.PAYMENT, EntryKind.SUPPLEMENT]
    assert dearer.bench.harness.emails(dearer.order).count("variant-changed") == 1
    dearer.sound()


@ONE_ENGINE
def test_a_bank_debit_is_waited_for_however_long_and_then_it_is_changed(dearer: Dearer) -> None:
    harness, page, free = dearer.bench.harness, dearer.opens(), dearer.free(GOLD)
    harness.at_stripe(paying.pay_late, page)
    with pytest.raises(NotToBePaid):
        supplement_page.pay(harness.services, dearer.order, 1)
    dearer.leaves()
    harness.pass_time_for_holds()
    sweep(harness.services)
    assert (dearer.now().state, dearer.free(GOLD), dearer.sku()) == (SupplementState.ASKED, free, SILVER)
    harness.at_stripe(paying.settle_late, page, succeeds=True)
    harness.deliver_webhooks()
    assert (dearer.now().state, dearer.sku()) == (SupplementState.PAID, GOLD)
    dearer.sound()


def test_a_bank_debit_that_does_not_arrive_changes_nothing_and_the_buyer_is_told(dearer: Dearer) -> None:
    harness, free, page = dearer.bench.harness, dearer.free(GOLD), dearer.opens()
    harness.at_stripe(paying.pay_late, page)
    dearer.looks()
    harness.at_stripe(paying.settle_late, page, succeeds=False)
    dearer.looks()
    assert (dearer.now().state, dearer.free(GOLD)) == (SupplementState.ENDED, free)
    assert "supplement-returned" in harness.emails(dearer.order)
    dearer.unchanged()


def test_a_bank_debit_that_arrives_too_late_goes_back(dearer: Dearer) -> None:
    harness, page = dearer.bench.harness, dearer.opens()
    harness.at_stripe(paying.pay_late, page)
    dearer.looks()
    dearer.bench.act(dearer.order, 1, Action.CHECK, Action.BEGIN)
    harness.at_stripe(paying.settle_late, page, succeeds=True)
    dearer.looks()
    assert dearer.now().state == SupplementState.RETURNED
    dearer.unchanged()


@ONE_ENGINE
def test_who_has_paid_in_another_tab_is_not_sent_to_pay_again(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    with pytest.raises(NotToBePaid):
        supplement_page.pay(dearer.bench.harness.services, dearer.order, 1)
    assert (dearer.now().state, dearer.sku()) == (SupplementState.PAID, GOLD)
    dearer.sound()


def test_stripe_is_asked_no_more_about_a_page_that_nobody_can_pay(dearer: Dearer) -> None:
    asked: list[str] = []

    def snapshot_of(look: Callable[..., Any], pages: list[str], **how: Any) -> Any:
        asked.extend(pages)
        return look(pages, **how)

    services = hooked(dearer.bench.harness.services, snapshot=snapshot_of)
    page = dearer.opens()
    sync_order(services, dearer.order)
    assert page in asked
    dearer.leaves()
    asked.clear()
    sync_order(services, dearer.order)
    assert len(asked) == 1
    assert page not in asked


def test_a_cheaper_change_meanwhile_closes_the_page_and_only_the_difference_goes_back(dearer: Dearer) -> None:
    dearer.pays(dearer.opens())
    dearer.looks()
    page = dearer.opens(2, "PETAL-GOLD-16")
    changer(dearer.bench, dearer.order, SILVER, wording=2)()
    assert dearer.looks() is State.PAID
    assert dearer.bench.harness.services.gateway.session(page).status == "open"
    changer(dearer.bench, dearer.order, "DISC-SILVER-16", wording=3)()
    dearer.pays(page)
    dearer.looks()
    assert (dearer.sku(), dearer.sku(2)) == ("DISC-SILVER-16", "PETAL-GOLD-16")
    assert (
        dearer.bench.harness.kept_pence(dearer.order) == dearer.bench.harness.order(dearer.order).total_pence
    )
    dearer.sound()


def test_who_pays_on_two_pages_of_one_supplement_has_one_of_the_payments_back(dearer: Dearer) -> None:
    harness, first = dearer.bench.harness, dearer.opens()
    with harness.database.transaction() as session:
        session.execute(update(Supplement).values(stripe_id=None, url=None, tries=1))  # as if never noted
    supplement_page.open_supplement(harness.services, dearer.now().id)
    for page in (first, dearer.now().stripe_id or ""):
        dearer.pays(page)
    harness.deliver_webhooks()
    assert [kind for kind, _ in dearer.kinds()].count(EntryKind.SUPPLEMENT) == 1
    assert harness.kept_pence(dearer.order) == harness.order(dearer.order).total_pence
    assert dearer.sku() == GOLD
    assert "paid-twice" in harness.emails(dearer.order)
    dearer.sound()


@ONE_ENGINE
def test_what_was_in_sight_is_paid_though_the_price_is_another_by_then(dearer: Dearer) -> None:
    harness, page = dearer.bench.harness, dearer.opens()
    with harness.database.transaction() as session:
        session.execute(update(Variant).values(price_pence=Variant.price_pence + 1_000))
    dearer.pays(page)
    dearer.looks()
    assert (dearer.now().state, dearer.sku()) == (SupplementState.PAID, GOLD)
    assert harness.kept_pence(dearer.order) == harness.order(dearer.order).total_pence
    dearer.sound()
