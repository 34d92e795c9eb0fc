"""Everything at once from one address costs the attacker, and the shop goes on selling.

The long form lasts two minutes and prints its figures (`make faults`); the short one is a sample of it.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from math import ceil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from shop import stock
from shop.accounts import passwords, staff
from shop.catalogue import snapshot
from shop.db import Database
from shop.stock.models import Hold, HoldLine, HoldState, StockLevel
from tests.benchmarks.processes import own_mib
from tests.benchmarks.servers import SHOP, running
from tests.conftest import furnish
from tests.faults.stripe_server.server import SECRET_KEY, StripeServer
from tests.faults.stripe_server.wire import WEBHOOK_SECRET, on_a_port
from tests.serve.attackers import ATTACKER, BUYER
from tests.serve.siege import ATTACKED, OWNER, WANTED, Buyer, Siege, at_rest, sign_in

PASSWORD = "a heron over quiet water 71"
PAGE_SECONDS, MOST_MIB = 5, 12
PIECES = (*ATTACKED, *WANTED)


def furnished(url: str) -> Database:
    furnish(url)
    database = Database(url)
    with database.transaction() as session:
        account, _ = staff.add_account(session, OWNER, "owner")
        staff.set_password(session, account.id, passwords.hashed(PASSWORD))
        for level in session.scalars(select(StockLevel)).all():
            stock.adjust(session, level.variant_id, 20, reason="received", note="", actor="test")
        for slug in WANTED:
            for variant in snapshot.load(session).by_slug[slug].variants:
                stock.adjust(session, variant.id, 1000, reason="received", note="", actor="test")
    return database


def free(database: Database) -> dict[int, int]:
    """Pieces on hand, by variant."""
    with database.reading() as session:
        return {level.variant_id: level.on_hand for level in session.scalars(select(StockLevel))}


def held(database: Database) -> dict[int, int]:
    """Pieces set aside and not paid for, by variant."""
    with database.reading() as session:
        rows = session.execute(
            select(HoldLine.variant_id, func.sum(HoldLine.quantity))
            .join(Hold, Hold.id == HoldLine.hold_id)
            .where(Hold.state == HoldState.HELD)
            .group_by(HoldLine.variant_id)
        )
        return {variant: int(pieces) for variant, pieces in rows}


def warm_up(port: int, stripe: StripeServer) -> None:
    """A busy minute without an attacker: what is read, drawn and opened once is no growth.

    In it somebody pays and closes the window: the worker hears of it from Stripe, and asks Stripe.
    """

    def buys(number: int) -> int:
        """Four pieces; who is asked to come again goes on. Give how many were paid for."""
        done = 0
        for piece in PIECES * 3:
            if done < len(PIECES):
                buyer = Buyer(port, f"127.0.1.{number}", stripe)
                done += buyer.goes_to_payment(piece) == 303 and buyer.pays()
                buyer.close()
        return done

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(buys, range(1, 17))) == {len(PIECES)}
        tries = pool.map(lambda number: sign_in(port, f"127.0.1.{number // 4}", PASSWORD), range(16))
        assert set(tries) == {303}
    leaves = Buyer(port, "127.0.2.1", stripe)
    assert leaves.goes_to_payment(WANTED[0]) == 303
    leaves.pays_and_leaves()
    time.sleep(2)  # their e-mails, and the worker's look at the last payment
    leaves.close()


def quiet_mib(pid: int) -> float:
    """What a shop holds when nothing is under way: a password's hash takes 19 MiB for a moment."""
    seen = []
    for _ in range(5):
        seen.append(own_mib(pid))
        time.sleep(0.3)
    return min(seen)


@pytest.mark.parametrize(
    ("engine_name", "seconds", "spellings", "baskets"),
    [
        pytest.param("sqlite", 8, 400, 16, id="short", marks=pytest.mark.faults),
        pytest.param("sqlite", 120, 10_000, 300, id="two minutes", marks=pytest.mark.faults_long),
        pytest.param("postgresql", 120, 10_000, 300, id="on PostgreSQL", marks=pytest.mark.faults_long),
    ],
)
def test_everything_at_once_from_one_address_stops_nobody(
    tmp_path: Path, empty_database_url: str, seconds: int, spellings: int, baskets: int
) -> None:
    database, stripe = furnished(empty_database_url), StripeServer()
    with (
        on_a_port(stripe) as address,
        running(SHOP, tmp_path, env=environment(address, empty_database_url)) as shop,
    ):
        paid: dict[str, list[int]] = {ATTACKER: [], BUYER: []}
        pages: list[tuple[float, str]] = []
        owner: list[list[int]] = []

        def buys(source: str) -> None:
            """One piece after the other; who is asked to come again does."""
            for number in siege.lasting(10_000):
                buyer = Buyer(shop.port, source, stripe)
                if buyer.goes_to_payment(WANTED[number % len(WANTED)]) == 303 and buyer.pays():
                    paid[source].append(number)
                pages.extend(buyer.seconds)
                buyer.close()
                time.sleep(0.5)

        def works() -> None:
            for _ in siege.lasting(max(2, seconds // 20)):
                tries = [sign_in(shop.port, BUYER, PASSWORD)]
                if tries != [303]:
                    tries.append(sign_in(shop.port, BUYER, PASSWORD))
                owner.append(tries)

        at_rest(shop)
        warm_up(shop.port, stripe)
        siege = Siege(shop.port, stripe, seconds, spellings, baskets)
        on_hand, before = free(database), quiet_mib(shop.pid)
        with siege.going_on(lambda: buys(BUYER), lambda: buys(ATTACKER), works):
            pass
        grown = quiet_mib(shop.pid) - before
        after = held(database)
    too_much = {variant: after[variant] for variant in after if after[variant] > ceil(on_hand[variant] / 2)}
    slowest = max(pages)
    print(  # noqa: T201
        f"\n{len(pages)} pages, the slowest {slowest[0]:.2f} s ({slowest[1]}); paid beside the attacker "
        f"{len(paid[ATTACKER])}, elsewhere {len(paid[BUYER])}; owner {owner}; "
        f"{before:.1f} MiB at rest, {grown:.1f} more afterwards; "
        f"held {after} of {[on_hand[variant] for variant in after]}; "
        f"webhooks at most {max(took for _, took in siege.webhooks):.3f} s; {dict(siege.statuses)}"
    )
    assert siege.wrong == []
    assert len(siege.webhooks) == 20
    assert {status for status, _ in siege.webhooks} == {200}
    assert slowest[0] <= PAGE_SECONDS, slowest
    assert all(paid.values()), paid
    assert all(303 in tries for tries in owner), owner
    assert grown <= MOST_MIB
    assert after
    assert too_much == {}
    assert stripe.account.problems == []
    database.dispose()


def environment(address: str, database_url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": database_url,
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "STRIPE_API_BASE": address,
    }
