"""A month of the whole money comes out the same in every program, and none of its files says a name."""

import csv
import io
import json
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction

from shop.accounting.money_months import booked_month
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.bookkeeping.chart_of_accounts import CHART, MoneyAccount
from shop.bookkeeping.models import Payout
from shop.bookkeeping.payout_arrivals import record_arrival
from shop.exports.format import Office
from shop.exports.money_journals import MONEY_FORMATS, NAMES, BookedMonth
from shop.exports.monthly_journals import OWN, CodesUnusable
from tests.bookkeeping.helpers import pays, pays_out
from tests.engines import ONE_ENGINE
from tests.exports.files import OFFICE
from tests.exports.test_worked_quarter import balances, hledger
from tests.harness import Harness
from tests.payments.conftest import Clock

pytestmark = ONE_ENGINE


@pytest.fixture
def month(harness: Harness, time: Clock) -> BookedMonth:
    """July 2031: a sale and a payout brought forward, then a refund, a lost dispute, a sale, and the bank."""
    time.at = datetime(2031, 6, 20, 12, tzinfo=UTC)
    refunded, disputed = pays(harness, "disc", "petal"), pays(harness, "disc")
    payout = pays_out(harness)
    time.at = datetime(2031, 7, 3, 12, tzinfo=UTC)
    harness.refunds(refunded, harness.price_of("petal"))
    harness.dispute_ends(harness.disputes(disputed), won=False)
    for order in (refunded, disputed):
        harness.sync(order)
    pays(harness, "petal")
    read_balance_transactions(harness.services)
    with harness.database.transaction() as session:
        on = session.get_one(Payout, payout).arrives_on
        record_arrival(session, harness.services, payout, on=on, reference="STRIPE 7", actor="finance 2")
    with harness.database.reading() as session:
        return BookedMonth(*(booked_month(session, harness.services, "2031-07") or pytest.fail("no July")))


def written(name: str, month: BookedMonth, office: Office = OFFICE) -> str:
    return "".join(MONEY_FORMATS[name].write(month, office))


def closing(month: BookedMonth) -> dict[str, int]:
    return {NAMES[account]: pence for account, pence in month.books.closing.items() if pence}


def pence(text: str) -> int:
    return int(Decimal(text) * 100)


def test_hledger_checks_it_and_comes_to_the_same(month: BookedMonth, tmp_path: Path) -> None:
    file = tmp_path / "july.hledger"
    file.write_text(written("hledger", month), encoding="utf-8")
    hledger(file, "check", "--strict")
    assert balances(hledger(file, "balance", "--flat", "--empty", "-O", "csv")) == closing(month)


def test_beancount_checks_it_and_comes_to_the_same(month: BookedMonth, tmp_path: Path) -> None:
    file = tmp_path / "july.beancount"
    file.write_text(written("beancount", month), encoding="utf-8")
    entries, errors, _ = loader.load_file(str(file))
    assert errors == []
    sums: Counter[str] = Counter()
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            sums[posting.account] += int(posting.units.number * 100)
    assert {name: found for name, found in sums.items() if found} == closing(month)


def test_the_csv_file_has_each_line_once(month: BookedMonth) -> None:
    sums: Counter[str] = Counter()
    for row in csv.DictReader(io.StringIO(written("csv", month))):
        sums[row["account"]] += pence(row["amount"])
    named = {account: CHART[account].name for account in MoneyAccount}
    assert {named[one]: found for one, found in month.books.closing.items() if found} == {
        name: found for name, found in sums.items() if found
    }


def test_journals_for_accounting_software_balance_and_leave_the_bank_to_its_statement(
    month: BookedMonth,
) -> None:
    xero: Counter[str] = Counter()
    for row in csv.DictReader(io.StringIO(written("xero", month))):
        xero[row["*Narration"]] += pence(row["*Amount"])
        assert row["*AccountCode"] != "MONEY-BANK"
        assert row["*Date"] == "03/07/2031"
    assert set(xero.values()) == {0}
    assert "Refund, July 2031" in xero
    sets = [json.loads(line)["journal_set"] for line in written("freeagent", month).splitlines()]
    assert {one["description"] for one in sets} == set(xero)
    for one in sets:
        assert sum(pence(line["debit_value"]) for line in one["journal_entries"]) == 0


@pytest.mark.parametrize("name", MONEY_FORMATS)
def test_no_file_says_a_name_a_word_or_an_address(month: BookedMonth, name: str) -> None:
    said = written(name, month)
    assert not any(word in said for word in ("Ada", "Byron", "Quiet", "BA1", "@", "STRIPE 7"))


def test_codes_of_ones_own_that_lack_these_are_said_to(month: BookedMonth, tmp_path: Path) -> None:
    (tmp_path / OWN).write_text('[xero]\ncost = "400"\n', encoding="utf-8")
    with pytest.raises(CodesUnusable, match="xero-money"):
        written("xero", month, Office(instance_dir=tmp_path))
