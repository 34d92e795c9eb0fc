"""Any order of show, withdraw, erase, kill, copy, lose and restore: what is gone is to be read nowhere."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock, erasures, key_copies, privacy
from shop.application import create_app
from shop.catalogue import snapshot
from shop.db import Database
from shop.dedications.keys import KeyStore
from shop.dedications.models import OrderKey, WallEntry
from shop.journal import comments
from shop.journal.models import Comment, State
from shop.orders import wall
from shop.orders.lifecycle import with_link
from shop.orders.models import Order
from shop.orders.placing import Contact, OrderDraft, place
from shop.orders.wall import DecidedBefore, NotOffered, WallState
from shop.pricing import LineItem
from shop.settings import Settings
from tests.faults.data_copies import PostgresData, ShopData, SqliteData
from tests.harness import quoted
from tests.keys import VAULT_KEY
from tests.shopper import Shopper, form_on, harness_of, soup
from tests.test_cli import run

pytestmark = pytest.mark.faults

POST = "/journal/both-ways"
SLUG = "both-ways"
AFTER = timedelta(days=36)
CHOICE = st.integers(0, 30)


class Killed(Exception):
    """The process ends here: what it had not committed is undone, what it had is not."""


@dataclass
class Shop:
    """One shop whose data can be copied, lost and brought back under it."""

    data: ShopData
    app: Flask
    folder: Path
    owner: Shopper = field(init=False)
    figures: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.services = self.app.extensions["shop"].services
        self.data.database, self.data.vault = self.services.database, self.services.vault
        self.owner = Shopper(self.app).sign_in("owner")
        harness_of(self.app).set_stock("petal", 100)
        self.data.begin_here()
        with self.database.reading() as session:
            self.catalogue = snapshot.load(session)
        self.petal = self.catalogue.by_slug["petal"].variants[0].id

    @property
    def database(self) -> Database:
        return self.services.database


class GoneMachine(RuleBasedStateMachine):
    """Orders by reference and comments by token, each with a mark of its own in all its words."""

    def __init__(self, shop: Shop) -> None:
        super().__init__()
        self.shop, self.vault = shop, shop.services.vault
        shop.data.fresh()
        shop.figures["histories"] += 1
        self.orders: dict[str, str] = {}
        self.written: dict[str, str] = {}
        self.off_the_wall: set[str] = set()
        self.erased: set[str] = set()
        self.taken_away: set[str] = set()
        self.copies: list[str] = []
        self.key_copies: list[Path] = []
        self.lost: set[str] = set()
        self.wrapped: dict[str, bytes] = {}

    def mark(self) -> str:
        return f"Qanary{len(self.orders) + len(self.written):02d}{self.shop.figures['histories']:05d}"

    def did(self, what: str) -> None:
        self.shop.figures[what] += 1
        stored = self.vault.keys.find(self.vault.keys.all_ids())
        self.wrapped |= {key_id: sealed.ciphertext for key_id, sealed in stored.items()}

    @contextmanager
    def transaction(self, *, killed: bool = False) -> Iterator[Session]:
        with suppress(Killed), self.shop.database.transaction() as session:
            yield session
            if killed:
                raise Killed

    def there(self) -> dict[str, int]:
        """The orders this database has, of those that are not erased: their ids by reference."""
        with self.shop.database.reading() as session:
            rows = session.execute(select(Order.reference, Order.id).order_by(Order.id)).all()
        return {row.reference: row.id for row in rows if row.reference not in self.erased}

    def pick(self, choice: int) -> tuple[str, int] | None:
        there = list(self.there().items())
        return there[choice % len(there)] if there else None

    @initialize()
    def begin(self) -> None:
        """Two orders with words on the wall and a comment, and copies from before any of it went."""
        for choice in (0, 1):
            self.buy(killed=False)
            self.decide(choice, WallState.SHOWN)
        self.write()
        self.copy(replica=False)
        self.copy_keys()

    @rule(killed=st.sampled_from([False, False, False, True]))
    def buy(self, killed: bool) -> None:
        mark = self.mark()
        line = LineItem(self.shop.petal, None, f"{mark} sang", f"{mark}s")
        contact = Contact(f"{mark}@example.com", mark, mark, mark, mark, "BA1 1AA", mark)
        draft = OrderDraft((line,), contact, "tracked-48", mark)
        with self.transaction(killed=killed) as session:
            priced = quoted(self.shop.catalogue, draft)
            order = place(session, self.shop.services, draft, priced, buyer_hash="b" * 64)
            order.state = "paid"
            reference = order.reference
        if not killed:
            self.orders[reference] = mark
        self.did("orders killed" if killed else "orders")

    @rule(choice=CHOICE, to=st.sampled_from([WallState.SHOWN, WallState.SHOWN, WallState.LEFT_OUT]))
    def decide(self, choice: int, to: WallState) -> None:
        found = self.pick(choice)
        if found is None:
            return
        with self.shop.database.reading() as session:
            seen = wall.states(session, found[1]).get((found[1], 1), WallState.WITHDRAWN)
        with suppress(NotOffered, DecidedBefore), self.transaction() as session:
            wall.decide(session, self.vault, found[0], 1, to=to, seen=seen, actor="owner")
        self.did(str(to))

    @rule(choice=CHOICE, killed=st.booleans())
    def withdraw(self, choice: int, killed: bool) -> None:
        found = self.pick(choice)
        if found is None:
            return
        if killed:
            with self.transaction(killed=True) as session:
                wall.withdraw(session, self.vault, found[1], 1)
        else:
            self.press(self.link(found[1]), "/wall/1/withdrawal")
        self.off_the_wall.add(found[0])
        self.did("withdrawals killed" if killed else "withdrawals")
        self.nothing_gone_is_on_a_public_page()

    @rule(choice=CHOICE, killed=st.booleans())
    def erase(self, choice: int, killed: bool) -> None:
        found = self.pick(choice)
        if found is None:
            return
        if killed:
            with self.transaction(killed=True) as session:
                privacy.erase(session, self.vault, found[0], actor="test")
        else:
            assert run(self.shop.app, "privacy", "erase", found[0]).exit_code == 0
        self.erased.add(found[0])
        self.did("erasures killed" if killed else "erasures")
        self.nothing_gone_is_on_a_public_page()

    @rule()
    def write(self) -> None:
        token, mark = f"token {len(self.written)} of {self.mark()}", self.mark()
        draft = comments.Draft(SLUG, f"{mark}s", f"{mark}@example.com", f"{mark} wrote", at_risk=False)
        with self.transaction() as session:
            comments.leave(session, self.vault, draft, token=token)
            comment_id = session.scalars(select(Comment.id).order_by(Comment.id.desc())).first()
            assert comment_id
            comments.decide(session, self.vault, comment_id, State.SHOWN, actor="owner")
            comments.report(session, self.vault, SLUG, comment_id, f"{mark} was reported")
        self.written[token] = mark
        self.did("comments")

    @precondition(lambda self: self.written)
    @rule(choice=CHOICE, killed=st.booleans())
    def take_away(self, choice: int, killed: bool) -> None:
        token = list(self.written)[choice % len(self.written)]
        with suppress(comments.UnknownComment):
            if killed or Shopper(self.shop.app).get(f"/comments/{token}").status_code != 200:
                with self.transaction(killed=killed) as session:
                    comments.withdraw(session, self.vault, token)
            else:
                self.press(f"/comments/{token}", f"/comments/{token}/removal")
            self.taken_away.add(token)
        self.did("comments taken away")
        self.nothing_gone_is_on_a_public_page()

    @rule(replica=st.booleans())
    def copy(self, replica: bool) -> None:
        self.copies.append(self.shop.data.replicate() if replica else self.shop.data.backup())
        self.did("replicas" if replica else "backups")

    @precondition(lambda self: self.copies)
    @rule(choice=CHOICE)
    def restore(self, choice: int) -> None:
        self.shop.data.bring_back(self.copies[choice % len(self.copies)])
        self.did("restores")
        self.nothing_gone_is_on_a_public_page()

    @rule()
    def restart(self) -> None:
        self.shop.data.start()
        self.did("restarts")
        self.nothing_gone_is_on_a_public_page()

    @rule()
    def copy_keys(self) -> None:
        file = self.shop.folder / "key-copies" / f"{len(self.key_copies)}-{self.mark()}.keys"
        key_copies.write(self.vault.keys, file)
        self.key_copies.append(file)
        self.did("copies of keys")

    @precondition(lambda self: self.key_copies)
    @rule(choice=CHOICE)
    def lose_keys(self, choice: int) -> None:
        """The worker has told the database of every erasure, as it often does; then the disk breaks."""
        self.shop.data.start()
        before = set(self.vault.keys.all_ids())
        self.shop.data.forget_keys()
        key_copies.restore(self.shop.database, self.vault, self.key_copies[choice % len(self.key_copies)])
        self.lost |= before - set(self.vault.keys.all_ids())
        self.did("key stores lost")
        self.nothing_gone_is_on_a_public_page()

    def nothing_gone_is_on_a_public_page(self) -> None:
        served = self.shop.owner.get("/wall").text
        assert not self.marks(self.off_the_wall | self.erased, self.orders, served)
        beneath = self.shop.owner.get(POST).text
        assert not self.marks(self.taken_away, self.written, beneath)

    def teardown(self) -> None:
        self.shop.data.start()
        self.nothing_gone_is_on_a_public_page()
        self.nothing_gone_is_on_the_owners_pages_or_in_an_export()
        self.what_is_not_gone_can_still_be_read()
        self.no_word_stands_open_and_no_destroyed_key_anywhere()
        for copy in [*self.copies, self.shop.data.backup()]:
            with self.shop.data.opened(copy) as database:
                self.a_copy_opens_nothing_that_is_gone(database)
        self.after_36_days_no_copy_of_keys_is_left()

    def nothing_gone_is_on_the_owners_pages_or_in_an_export(self) -> None:
        self.shop.owner.sign_in("owner")  # a restored copy has let nobody in
        pages = self.shop.owner.get("/owner/wall").text + self.shop.owner.get("/owner/comments?all=1").text
        assert "Qanary" in pages or not self.shown_to_the_owner(), "the owner is signed in"
        assert not self.marks(self.off_the_wall | self.erased, self.orders, pages)
        assert not self.marks(self.taken_away, self.written, pages)
        with self.shop.database.reading() as session:
            ids = dict(session.execute(select(Order.reference, Order.id)).all())
            links = {reference: self.link(ids[reference]) for reference in self.erased & set(ids)}
        for reference, link in links.items():
            said = run(self.shop.app, "privacy", "export", reference).output
            said += self.shop.owner.get(f"/owner/orders/{reference}").text
            assert reference in said
            assert not self.marks({reference}, self.orders, said)
            assert link == "/orders/None", "its links are closed"

    def shown_to_the_owner(self) -> bool:
        with self.shop.database.reading() as session:
            return bool(comments.listed(session, self.vault, everything=True)[0])

    def what_is_not_gone_can_still_be_read(self) -> None:
        on_the_wall = self.shop.owner.get("/wall").text
        with self.shop.database.reading() as session:
            keys = dict(session.execute(select(OrderKey.order_id, OrderKey.key_id)).all())
            shown = session.execute(select(WallEntry).where(WallEntry.state == "shown")).scalars().all()
        there = self.there()
        for reference, order_id in there.items():
            if keys[order_id] in self.lost:
                continue
            assert self.orders[reference] in run(self.shop.app, "privacy", "export", reference).output
            self.shop.figures["orders read at the end"] += 1
        references = {order_id: reference for reference, order_id in there.items()}
        for entry in shown:
            if entry.key_id not in self.lost:
                assert self.orders[references[entry.order_id]] in on_the_wall
                self.shop.figures["words on the wall at the end"] += 1

    def no_word_stands_open_and_no_destroyed_key_anywhere(self) -> None:
        content, keys = self.shop.data.content(), self.shop.data.key_content()
        assert b"Qanary" not in content + keys
        assert b"Qanary".hex().encode() not in content + keys, "as PostgreSQL writes bytes"
        left = set(self.vault.keys.all_ids())
        for key_id, wrapped in self.wrapped.items():
            found = wrapped in keys or wrapped.hex().encode() in keys
            assert found == (key_id in left)
            assert wrapped not in content
            assert wrapped.hex().encode() not in content
            self.shop.figures["keys looked for"] += 1

    def a_copy_opens_nothing_that_is_gone(self, database: Database) -> None:
        self.shop.figures["copies opened"] += 1
        with database.reading() as session:
            ids = dict(session.execute(select(Order.id, Order.reference)).all())
            for order_id in session.scalars(select(OrderKey.order_id)).all():
                if ids[order_id] in self.erased:
                    assert self.vault.reveal_all(session, order_id) == {}
                    self.shop.figures["erased orders tried in a copy"] += 1
            for entry in session.scalars(select(WallEntry).where(WallEntry.sealed.is_not(None))):
                if ids[entry.order_id] in self.off_the_wall | self.erased:
                    assert self.vault.open_alone([(entry.key_id or "", entry.sealed or b"")], "wall") == {}
                    self.shop.figures["withdrawn words tried in a copy"] += 1
            listed, _ = comments.listed(session, self.vault, everything=True)
        opened = [found.comment for found in listed]
        said = repr([(comment.name, comment.words) for comment in opened])
        said += repr([event.note for found in listed for event in found.events])
        assert not self.marks(self.taken_away, self.written, said)

    def after_36_days_no_copy_of_keys_is_left(self) -> None:
        with at(datetime.now(UTC) + AFTER):
            gone = key_copies.delete_old(self.vault.keys)
        assert not [file for file in self.key_copies if file.exists()]
        self.shop.figures["copies of keys deleted after 36 days"] += len(gone)

    def press(self, page: str, action: str) -> None:
        """Press a button as a buyer does."""
        buyer = Shopper(self.shop.app)
        opened = buyer.get(page)
        for form in soup(opened).select("main form"):
            if str(form["action"]).endswith(action):
                sent = form_on(opened, str(form["action"]))[1]
                assert buyer.post(str(form["action"]), sent).status_code == 303

    def link(self, order_id: int) -> str:
        with self.shop.database.reading() as session:
            return f"/orders/{with_link(session, order_id, self.shop.services.secret_key)[1]}"

    def marks(self, gone: set[str], of: dict[str, str], text: str) -> list[str]:
        return [of[name] for name in gone if name in of and of[name] in text]


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    before = clock.now
    clock.now = lambda: moment
    yield
    clock.now = before


@pytest.fixture
def data(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ShopData]:
    data: ShopData
    if engine_name == "sqlite":
        data = SqliteData(tmp_path, request.getfixturevalue("furnished_sqlite"))
    else:
        template = request.getfixturevalue("furnished_postgresql")
        data = PostgresData(request.getfixturevalue("postgres_server"), template)
    yield data
    data.close()


@pytest.fixture
def shop(data: ShopData, tmp_path: Path) -> Iterator[Shop]:
    app = create_app(
        Settings(
            database_url=data.url,
            keys_url=data.keys_url,
            secret_key="a secret for tests",
            vault_key=VAULT_KEY,
            instance_dir=tmp_path,
            site_url="http://localhost",
        )
    )
    app.testing = True
    (tmp_path / "key-copies").mkdir()
    yield Shop(data, app, tmp_path)
    app.extensions["shop"].database.dispose()
    app.extensions["shop"].services.vault.keys.dispose()


def live(shop: Shop, histories: int, steps: int) -> None:
    run_state_machine_as_test(
        lambda: GoneMachine(shop),
        settings=settings(
            max_examples=histories,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_is_gone_is_nowhere_whatever_happens(shop: Shop) -> None:
    live(shop, histories=6, steps=12)
    assert shop.figures["copies opened"] >= 6


@pytest.mark.faults_long
def test_of_a_thousand_histories_none_brings_back_what_is_gone(shop: Shop, engine_name: str) -> None:
    live(shop, histories=1000, steps=10)
    figures = ", ".join(f"{count} {what}" for what, count in shop.figures.items())
    print(f"\n{engine_name}: {figures}")  # noqa: T201  (figures are what `make faults` is for)
    assert shop.figures["histories"] >= 1000
    for what in (
        "erased orders tried in a copy",
        "withdrawn words tried in a copy",
        "words on the wall at the end",
    ):
        assert shop.figures[what] > 100, what


FAULTS = {
    "keys are only said to be destroyed": (KeyStore, "destroy", lambda *_: None),
    "a restored copy is not told": (erasures, "catch_up", lambda *_, **__: 0),
    "SQLite's log is not emptied": (Database, "forget_deleted", lambda _: None),
    "copies of keys are kept": (key_copies, "delete_old", lambda _: []),
}


@pytest.mark.faults_long
@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize("fault", FAULTS)
def test_each_way_of_forgetting_to_forget_is_noticed(
    shop: Shop, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(*FAULTS[fault])
    with pytest.raises((AssertionError, ExceptionGroup)):
        live(shop, histories=60, steps=10)
