"""A difference is one row over all runs: open until it is gone or somebody has explained it, once."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shop.alerts import AlertKind, open_alerts
from shop.reconciliation.differences import NotOpen, explain
from shop.reconciliation.models import ReconciliationRun
from shop.reconciliation.reconciling import go_on_if_due
from shop.reconciliation.runs import begin
from tests.engines import ONE_ENGINE
from tests.faults.stripe_server import elsewhere
from tests.faults.stripe_server.faults import Fault
from tests.reconciliation.account_shop import AccountShop


def owes_a_penny(shop: AccountShop) -> str:
    """Stripe moves a penny less of an order than it should."""
    charge = shop.charge(shop.buys("petal"))
    shop.account.move("adjustment", "charge", charge["id"], -1)
    return str(charge["id"])


def explained(shop: AccountShop, why: str = "Stripe said so on the telephone") -> None:
    (known,) = shop.open()
    with shop.database.transaction() as session:
        explain(session, shop.services, known.difference.id, why=why, actor="finance@example.com")


def alerts(shop: AccountShop) -> list[tuple[str, str]]:
    with shop.database.reading() as session:
        return [(alert.kind, alert.detail) for alert in open_alerts(session)]


def test_what_was_explained_is_open_no_more_until_it_comes_to_another_amount(shop: AccountShop) -> None:
    charge = owes_a_penny(shop)
    shop.buys("disc")
    assert [said.partition(":")[0] for said in shop.reconcile()] == [charge]
    assert alerts(shop) == [(AlertKind.DIFFERENCE_FOUND, "1 new, 1 open in all")]
    shop.nights()
    explained(shop)
    shop.nights()
    assert (shop.reconcile(), shop.steps()) == ([], ["found", "explained"])
    with pytest.raises(ValueError, match="not enough values"):
        explained(shop)
    assert alerts(shop) == []
    shop.account.move("adjustment", "charge", charge, -1)
    shop.nights()
    assert (len(shop.open()), shop.steps()) == (1, ["found", "explained", "changed"])
    explained(shop, "Stripe took another penny")
    assert shop.steps()[-1] == "explained"
    with pytest.raises(NotOpen), shop.database.transaction() as session:
        explain(session, shop.services, 1, why="once more", actor="finance@example.com")


@ONE_ENGINE
def test_what_is_put_right_is_gone_and_says_so(shop: AccountShop) -> None:
    charge = owes_a_penny(shop)
    shop.nights()
    shop.account.move("adjustment", "charge", charge, 1)
    shop.nights()
    assert (shop.open(), shop.steps(), alerts(shop)) == ([], ["found", "gone"], [])
    shop.account.move("adjustment", "charge", charge, 7)
    shop.nights()
    assert (len(shop.open()), shop.steps()) == (1, ["found", "gone", "found"])


@ONE_ENGINE
def test_a_gift_that_was_taken_away_needs_explaining_even_when_it_stands_again(shop: AccountShop) -> None:
    order = shop.buys("petal")
    shop.nights()
    was = "SELECT * FROM ledger_entry WHERE line = 2 AND txn_seq = 1"
    with shop.database.reading() as session:
        line = dict(session.execute(text(was)).mappings().one())
    shop.tamper("DELETE FROM ledger_entry WHERE line = 2 AND txn_seq = 1")
    shop.nights()
    found = len(shop.open())
    assert f"{shop.reference(order)}" in {known.difference.about for known in shop.open()}
    shop.tamper(
        "INSERT INTO ledger_entry (txn_seq, line, account, amount_pence, currency)"
        " VALUES (:txn_seq, :line, :account, :amount_pence, :currency)",
        "DELETE FROM ledger_sum",
        **line,
    )
    shop.nights(2)
    assert len(shop.open()) >= found
    assert "explained" not in shop.steps()
    assert "past" in shop.steps()


@ONE_ENGINE
def test_too_many_requests_leave_a_run_not_finished_and_it_goes_on_where_it_stopped(
    shop: AccountShop,
) -> None:
    for _ in range(3):
        shop.buys("petal", told=False)
    shop.time.pass_(days=2)
    shop.time.at = shop.time.at.replace(hour=12, minute=0)  # at night the next run would begin meanwhile
    assert go_on_if_due(shop.services)
    shop.server.weather.foretold = [("get /v1/balance", Fault.BUSY)]
    while go_on_if_due(shop.services):
        pass
    (run,) = shop.runs()
    assert (run.stage, run.trouble) == ("balance", "Stripe asks us to wait (too many requests).")
    asked = shop.server.heard["get /v1/balance_transactions"]
    shop.time.pass_(seconds=59)
    assert not go_on_if_due(shop.services)
    shop.time.pass_(minutes=30)
    while go_on_if_due(shop.services):
        pass
    (run,) = shop.runs()
    assert (run.result, run.compared, run.trouble) == ("agrees", run.compared, None)
    assert shop.server.heard["get /v1/balance_transactions"] == asked, "nothing was read twice"


@ONE_ENGINE
def test_begun_twice_it_is_one_run_and_a_second_worker_adds_nothing(shop: AccountShop) -> None:
    owes_a_penny(shop)
    first = begin(shop.services, by="finance@example.com")
    assert begin(shop.services, by="owner@example.com") == first
    other_worker = [True]

    def meanwhile(_request: object) -> None:
        if other_worker.pop() if other_worker else False:
            go_on_if_due(shop.services)

    shop.server.before = meanwhile
    while go_on_if_due(shop.services):
        pass
    assert ([run.begun_by for run in shop.runs()], shop.steps()) == (["finance@example.com"], ["found"])


@ONE_ENGINE
def test_only_what_is_new_is_asked_for_and_foreign_payments_are_asked_about_once(shop: AccountShop) -> None:
    for _ in range(3):
        shop.buys("petal")
        elsewhere.sell(shop.account, 900)
    shop.reconcile()
    asked = shop.server.heard.copy()
    assert asked["get /v1/charges/{charge}"] == 3
    shop.time.pass_(days=40)
    shop.nights(2)
    more = shop.server.heard - asked
    assert more["get /v1/charges/{charge}"] == 0
    assert more["get /v1/checkout/sessions/{session}"] == 4, "whose the key is, and no order"
    assert shop.steps() == ["listed"] * 3


@ONE_ENGINE
def test_each_night_has_one_run_and_somebody_is_told_when_two_days_had_none(shop: AccountShop) -> None:
    shop.buys("petal")
    assert not go_on_if_due(shop.services), "the first order of all was placed today"
    shop.nights(3)
    assert len(shop.runs()) == 3
    assert not go_on_if_due(shop.services)
    shop.server.weather.foretold = [("get /v1/payouts", Fault.BUSY)] * 400
    shop.nights(3)
    assert alerts(shop) == [(AlertKind.RECONCILIATION_LATE, "")]
    shop.server.weather.foretold = []
    shop.nights()
    assert alerts(shop) == []


REWRITING = (
    "UPDATE reconciliation_run SET result = 'differs'",
    "DELETE FROM reconciliation_run",
    "UPDATE difference SET kind = 'balance'",
    "DELETE FROM difference",
    "UPDATE difference_step SET why = 'nothing'",
    "DELETE FROM difference_step",
    (
        "INSERT INTO difference_step (difference_id, number, run_id, kind, said, at, actor)"
        " VALUES (1, 7, 1, 'gone', '', '2027-01-01 00:00:00+00:00', 'somebody')"
    ),
)


def test_what_a_run_found_cannot_be_rewritten(shop: AccountShop) -> None:
    owes_a_penny(shop)
    shop.reconcile()
    for statement in REWRITING:
        with pytest.raises(DBAPIError), shop.database.transaction() as session:
            session.execute(text(statement))


@ONE_ENGINE
def test_a_run_that_was_broken_off_is_gone_on_with_by_the_next_process(shop: AccountShop) -> None:
    for _ in range(4):
        shop.buys("petal", told=False)
    begin(shop.services, by="worker")
    for _ in range(8):
        go_on_if_due(shop.services)
    with shop.database.transaction() as session:
        assert session.query(ReconciliationRun).one().stage != "reading"
    assert shop.reconcile() == []
    assert len(shop.runs()) == 1
