"""A buyer finds the gift in their order, keeps its proof, and is told nothing that is not so."""

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask

from shop import privacy
from shop.giving import remittances
from tests.corrections.conftest import Bought, buys
from tests.fulfilment.conftest import Bench
from tests.shopper import harness_of, soup
from tests.transparency.entered import enter_all

PROGRAM = Path(__file__).parents[2] / "static/giving/check_gift.py"
WAITS = "comes into our log of giving once our books for November 2026 are closed, or sooner."


@pytest.fixture
def bought(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Bought:
    """A Disc with the word Wren, and a Petal, paid for in November."""
    monkeypatch.setattr("shop.clock.now", lambda: datetime(2026, 11, 20, 12, tzinfo=UTC))
    return buys(app, Bench(harness_of(app)), ("disc", "Wren"), ("petal", ""))


def closes_november(bought: Bought, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shop.clock.now", lambda: datetime(2026, 12, 3, 12, tzinfo=UTC))
    enter_all(bought.buyer.app)


def pays_over(bought: Bought, pence: int, day: date, key: str = "first") -> None:
    with bought.harness.database.transaction() as session:
        remittances.record_remittance(
            session, book="test", policy_id=1, amount_pence=pence, paid_on=day,
            bank_reference="POM", key=key, actor="finance",
        )  # fmt: skip


def said(bought: Bought, path: str) -> str:
    return " ".join(soup(bought.buyer.get(path)).main.get_text(" ").split())  # type: ignore[union-attr]


def files(bought: Bought) -> list[str]:
    page = soup(bought.buyer.get(f"{bought.page}/proof"))
    return [str(link["href"]) for link in page.select("a[download]")]


def checked(bought: Bought, folder: Path) -> list[str]:
    """What the short program says of the files that the buyer kept, with the key that the page shows."""
    key = str(soup(bought.buyer.get("/giving/check")).body["data-key"])  # type: ignore[index]
    names = []
    for number, address in enumerate(files(bought)):
        answer = bought.buyer.get(address)
        assert answer.headers["Content-Disposition"].endswith('.tlog-proof"')
        assert len(answer.data) <= 2048
        names.append(folder / f"{number}")
        names[-1].write_bytes(answer.data)
    done = subprocess.run(
        [sys.executable, "-I", str(PROGRAM), key, *map(str, names)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return [line.split(": ", 1)[1] for line in done.stdout.splitlines()]


def test_until_it_is_entered_the_buyer_is_told_by_when(bought: Bought) -> None:
    assert f"The £10 that we give for your pieces {WAITS}" in said(bought, bought.page)
    assert "once our books for November 2026 are closed, or sooner. Please look in again" in said(
        bought, f"{bought.page}/proof"
    )
    assert files(bought) == []
    assert "Our log has no entry yet" in said(bought, "/giving/check")
    answer = bought.buyer.client.get(f"{bought.page}/proof/1")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{bought.page}/proof")


def test_each_piece_has_an_entry_and_a_proof_that_holds(
    bought: Bought, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    closes_november(bought, monkeypatch)
    shown = said(bought, bought.page)
    assert "The £10 that we give for your pieces stands in our log of giving as entries 1 and 2." in shown
    assert shown.count("our log of giving") == 1
    reference = bought.harness.order(bought.order).reference
    origin = "localhost/giving/log/test"
    first, second = checked(bought, tmp_path)
    assert first.startswith(f"holds. £5.00 for piece 1 of order {reference} is entry ")
    assert first.endswith(f"in the log of {origin}, in 2026-11.")
    assert second.startswith(f"holds. £5.00 for piece 2 of order {reference} is entry ")


def test_when_it_was_paid_over_is_said_once_all_of_it_was(
    bought: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    pays_over(bought, 500, date(2026, 11, 20))
    assert "paid over" not in said(bought, bought.page)
    pays_over(bought, 500, date(2026, 11, 20), "second")
    assert "The £10 that we give for your pieces was paid over on 20 November 2026. It comes" in said(
        bought, bought.page
    )
    closes_november(bought, monkeypatch)
    entered = r"as entries \d and \d; it was paid over on 20 November 2026\."
    assert re.search(entered, said(bought, bought.page))


def test_what_is_refunded_is_not_given_and_has_no_proof_any_more(
    bought: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes_november(bought, monkeypatch)
    bought.harness.refunds(bought.order, bought.harness.price_of("petal"))
    bought.harness.sync(bought.order)
    shown = said(bought, f"{bought.page}/proof")
    assert "Piece 2: Petal Its price went back, so its £5 is not given." in shown
    assert files(bought) == [f"{bought.page}/proof/1"]
    assert "The £5 that we give for your piece is entry" in said(bought, bought.page)
    bought.harness.refunds(bought.order)
    bought.harness.sync(bought.order)
    assert "our log of giving" not in said(bought, bought.page)
    assert files(bought) == []


def test_while_a_bank_asks_nothing_is_said_to_be_given(bought: Bought) -> None:
    bought.harness.disputes(bought.order)
    bought.harness.sync(bought.order)
    assert "waits until a bank has decided" in said(bought, f"{bought.page}/proof")
    assert "our log of giving" not in said(bought, bought.page)


def test_only_whoever_has_the_link_sees_it_and_nobody_once_it_is_erased(
    bought: Bought, monkeypatch: pytest.MonkeyPatch
) -> None:
    closes_november(bought, monkeypatch)
    assert bought.buyer.get(f"{bought.page}x/proof").status_code == 404
    assert bought.buyer.get(f"{bought.page}x/proof/1").status_code == 404
    for path in (f"{bought.page}/proof", f"{bought.page}/proof/1"):
        assert bought.buyer.get(path).headers["X-Robots-Tag"] == "noindex, nofollow"
    for unit in (0, 3, 2147483647):
        assert bought.buyer.client.get(f"{bought.page}/proof/{unit}").status_code == 303
    reference = bought.harness.order(bought.order).reference
    with bought.harness.database.transaction() as session:
        privacy.erase(session, bought.harness.services.vault, reference, actor="owner")
    assert bought.buyer.get(f"{bought.page}/proof").status_code == 404
    assert bought.buyer.get(f"{bought.page}/proof/1").status_code == 404


def test_the_program_is_there_to_be_read(bought: Bought) -> None:
    answer = bought.buyer.get("/giving/check_gift.py")
    assert answer.mimetype == "text/plain"
    assert answer.data == PROGRAM.read_bytes()
