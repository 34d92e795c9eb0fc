"""What comes of a claim: made again without a second donation, refunded only when it is, closed once."""

import pytest
from sqlalchemy import select

from shop.claims.claim_steps import NotPossible
from shop.claims.closing import MakingAgain, close
from shop.claims.models import ClaimState, Outcome
from shop.claims.threads import Message
from shop.fulfilment.models import UnitStep
from shop.fulfilment.stages import Action, Remake, Stage
from shop.fulfilment.units import NotAllowed
from tests.claims.conftest import DISC, PETAL, Desk
from tests.engines import ONE_ENGINE
from tests.fulfilment.conftest import OWNER, WORDS

SORRY = Message("We are sorry.", actor=OWNER)


def remade(desk: Desk, order: int, pence: int = 1250) -> None:
    with desk.harness.database.transaction() as session:
        from shop.claims.claim_steps import found

        again = MakingAgain(Remake.SLIP, pence)
        close(
            session, desk.harness.services.vault, found(session, order, 1), Outcome.REMADE, SORRY, again=again
        )


def test_what_is_made_again_stands_at_the_bench_with_its_reason_and_cost(desk: Desk) -> None:
    order = desk.posted(DISC, PETAL)
    desk.opens(order)
    remade(desk, order)
    assert desk.stages(order) == [Stage.TO_CHECK, Stage.POSTED]
    assert desk.claim(order).state == ClaimState.CLOSED
    with desk.harness.database.reading() as session:
        step = session.scalars(select(UnitStep).where(UnitStep.action == Action.REMAKE)).one()
    assert (step.reason, step.cost_pence, step.actor) == (Remake.SLIP, 1250, OWNER)


@ONE_ENGINE
def test_a_remake_brings_no_second_donation(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    assert desk.harness.given() == 500
    remade(desk, order)
    desk.act(order, 1, *WORDS)
    desk.post(order, 1)
    desk.harness.sync(order)
    assert desk.harness.given() == 500
    desk.refund(order, 1)
    assert desk.harness.given() == 0


@ONE_ENGINE
def test_closing_twice_makes_it_again_once(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    remade(desk, order)
    with pytest.raises(NotPossible, match="closed before"):
        remade(desk, order)
    assert desk.units(order)[1].making == 2
    assert desk.harness.emails(order).count("claim-answered") == 1


@ONE_ENGINE
def test_a_piece_whose_money_is_in_question_is_not_made_again(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    desk.harness.disputes(order)
    desk.harness.sync(order)
    with pytest.raises(NotAllowed, match="payment is in question"):
        remade(desk, order)
    assert desk.claim(order).state == ClaimState.OURS


@ONE_ENGINE
def test_refunded_is_said_only_when_money_went_back(desk: Desk) -> None:
    order = desk.posted(DISC, PETAL)
    desk.opens(order)
    with pytest.raises(NotPossible, match="given back"):
        desk.in_claim(order, close, Outcome.REFUNDED, SORRY)
    desk.refund(order, 2)
    with pytest.raises(NotPossible, match="given back"):
        desk.in_claim(order, close, Outcome.REFUNDED, SORRY)
    desk.refund(order, 1)
    desk.in_claim(order, close, Outcome.REFUNDED, SORRY)
    assert desk.claim(order).state == ClaimState.CLOSED


def test_a_part_given_back_counts_too(desk: Desk) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    desk.harness.refunds(order, 500)
    desk.harness.sync(order)
    desk.in_claim(order, close, Outcome.REFUNDED, SORRY)
    assert desk.said(order)[-1].outcome == Outcome.REFUNDED


@ONE_ENGINE
@pytest.mark.parametrize("outcome", [Outcome.MENDED, Outcome.NOTHING])
def test_a_claim_can_be_closed_without_a_word_and_the_buyer_opens_it_again(
    desk: Desk, outcome: Outcome
) -> None:
    order = desk.posted(DISC)
    desk.opens(order)
    desk.in_claim(order, close, outcome, Message("", actor=OWNER))
    assert desk.said(order)[-1].outcome == outcome
    desk.writes(order, "It broke again.")
    assert desk.claim(order).state == ClaimState.OURS
