"""A shop in which everything has happened, so that each of its pages has something to show."""

import re
from dataclasses import dataclass, field
from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from shop import clock
from shop.accounts import charity_people, staff
from shop.alerts import AlertKind, raise_alert
from shop.bookkeeping.balance_transaction_reading import read_balance_transactions
from shop.catalogue import snapshot
from shop.claims import send_backs
from shop.container import container
from shop.fulfilment import questions, undelivered, units
from shop.fulfilment.order_search import make_searchable
from shop.fulfilment.stages import Hold, Undelivered
from shop.giving import documents
from shop.giving.documents import About
from shop.journal import comments
from shop.journal.models import State
from shop.orders import email_change, notes, outside_sales, saved_views, wall
from shop.orders.lifecycle import with_link
from shop.orders.models import Order, OrderLine
from shop.orders.wall import WallState
from shop.payment_links import payment_links
from shop.payment_links.models import Via
from shop.planning import schedule
from shop.restock import waiting
from shop.transparency.giving_log import GivingLog
from shop.uploads import finished_photographs
from tests.artwork.outlines import sent
from tests.bookkeeping.helpers import pays_out
from tests.claims.conftest import DISC, PETAL, Desk, photograph
from tests.fulfilment.conftest import OWNER, PLAIN, WORDS
from tests.reconciliation.helpers import plant_a_penny
from tests.shopper import Shopper, harness_of

POST = "/journal/both-ways"
SHARED = {"dedication": "For Wren", "wall": "1", "wall-name": "Ada"}


@dataclass
class BusyShop:
    """The shop, who works in it, who buys there, and what stands in the addresses of their pages."""

    app: Flask
    values: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.desk = Desk(harness_of(self.app))
        self.services = self.desk.harness.services
        self.owner = Shopper(self.app).sign_in("owner")
        self.buyer = Shopper(self.app)
        self.charity = Shopper(self.app).sign_in("charity")
        self.rounds = 0

    def who(self, page: str) -> Shopper:
        """Whoever looks at that page."""
        if page.startswith("/charity") and "{invitation}" not in page:
            return self.charity
        return self.owner if page.startswith(("/owner", "/finance", "/sign-in/pass")) else self.buyer

    def live_on(self) -> None:
        """Something of everything happens; the pages of `values` are of what happened first."""
        self.rounds += 1
        for slug in ("disc", "petal", "heart"):
            self.desk.harness.set_stock(slug, 60)
        found = {
            **self._bought(), **self._at_the_bench(), **self._posted(), **self._said(), **self._kept(),
        }  # fmt: skip
        self.values = {**found, **self.values}
        self._more_about(self.values["open"])
        make_searchable(self.desk.harness.database, self.services.vault)
        settings = container(self.app).settings
        GivingLog.of(settings, self.services.database, self.services.vault, self.services.book).keep_up()

    def _token(self, order: int) -> str:
        with self.desk.harness.database.reading() as session:
            return with_link(session, order, self.services.secret_key)[1]

    def _reference(self, order: int) -> str:
        return self.desk.harness.order(order).reference

    def _bought(self) -> dict[str, str]:
        """An order with words, and a card that is on the wall, as the pages sell it; and then a basket."""
        buyer = self.buyer if self.rounds == 1 else Shopper(self.app)
        for slug in ("disc", "petal"):
            assert buyer.add(slug, **SHARED).status_code == 303
        upload = self._places_artwork(buyer)
        assert buyer.tell_details(email=f"ada{self.rounds}@example.com").status_code == 303
        session_id = str(buyer.press_pay().location).rpartition("/")[2]
        with self.desk.harness.database.reading() as session:
            order = session.scalars(select(Order.id).order_by(Order.id.desc())).first() or 0
        self.desk.harness.pays(order)
        self.desk.harness.sync(order)
        assert buyer.get(f"/checkout/thanks?session_id={session_id}").status_code == 200
        reference = self._reference(order)
        with self.desk.harness.database.transaction() as session:
            wall.decide(
                session, self.services.vault, reference, 2,
                to=WallState.SHOWN, seen=WallState.WAITING, actor=OWNER,
            )  # fmt: skip
        for slug in ("disc", "disc", "petal"):
            assert self.buyer.add(slug).status_code == 303
        assert self.buyer.tell_details().status_code == 303
        if self.rounds == 1:
            assert self.buyer.send("/basket/link", "/basket/link").status_code == 303
            found = re.findall(r"/continue/([\w-]+)", self.buyer.get("/basket/link").text)
            self.values["continue"] = found[0]
        return {
            "open": reference, "open_token": self._token(order), "line": str(self.buyer.lines()[0]),
            "sku": buyer.variant("disc").sku, "session": session_id, "upload": upload,
        }  # fmt: skip

    def _places_artwork(self, buyer: Shopper) -> str:
        """A disc with a foot print in the basket; give the photograph's id."""
        cookie = buyer.client.get_cookie("basket")
        assert cookie
        upload = sent(buyer.database, cookie.value)
        chosen = {"variant": str(buyer.variant("disc").id), "artwork-front-width": "4"}
        placed = buyer.send(f"/pieces/disc/artwork/front/{upload}", "/basket/lines", chosen)
        assert placed.status_code == 303
        return upload

    def _at_the_bench(self) -> dict[str, str]:
        """Units at every step, late by now, and some that rest for every reason."""
        order = self.desk.paid(*[DISC for _ in WORDS], *[PETAL for _ in Hold])
        for number in range(1, len(WORDS) + 1):
            self.desk.act(order, number, *WORDS[:number])
        with self.desk.harness.database.transaction() as session:
            for number, why in enumerate(Hold, len(WORDS) + 1):
                units.hold(session, order, number, why, actor=OWNER)
            session.get_one(Order, order).posted_by = (clock.now() - timedelta(days=5)).date()
            unit = session.scalars(select(OrderLine.id).where(OrderLine.order_id == order)).first()
            finished = units.units_of(session, order)[3].order_line_id
            found = {"making": 1, "verdict": "as approved", "notes": [], "letters": [], "close_ups": []}
            finished_photographs.keep(session, self.services.vault, (order, 3, "front"), b"\xff\xd8", found)
        return {"unit": str(unit), "finished": str(finished)}

    def _posted(self) -> dict[str, str]:
        """One claimed about and sent back, one back, one lost, one disputed; and one that must not go yet."""
        claimed, back, lost, refunded = (self.desk.posted(DISC, PETAL) for _ in range(4))
        early = self.desk.paid(PETAL)
        self.desk.act(early, 1, *PLAIN)
        self.desk.opens(claimed, picture=photograph())
        with self.desk.harness.database.transaction() as session:
            send_backs.give_notice(session, claimed, [2])
            session.get_one(Order, early).post_from = (clock.now() + timedelta(days=40)).date()
            undelivered.come_back(
                session, back, self.desk.parcels(back)[0].id, Undelivered.NOT_COLLECTED, actor=OWNER
            )
            undelivered.lose(session, lost, self.desk.parcels(lost)[0].id, cost_pence=1250, actor=OWNER)
        self.desk.refund(refunded, 2)
        self.desk.harness.disputes(refunded, 100)
        self.desk.harness.sync(refunded)
        return {
            "posted": self._reference(claimed), "posted_token": self._token(claimed),
            "parcel": str(self.desk.parcels(claimed)[0].id), "early": self._reference(early),
        }  # fmt: skip

    def _said(self) -> dict[str, str]:
        """A comment beneath a post, and a link to its writer's page."""
        said = {"name": f"Ada {self.rounds}", "words": "We called her Wren."}
        left = Shopper(self.app).send(POST, f"{POST}/comments", said)
        with self.desk.harness.database.transaction() as session:
            comments.decide(session, self.services.vault, self.rounds, State.SHOWN, actor=OWNER)
        return {"comment": str(left.location).rpartition("/")[2]}

    def _kept(self) -> dict[str, str]:
        """What is written down in the rooms beside the bench."""
        with self.desk.harness.database.transaction() as session:
            piece = snapshot.load(session).by_slug["petal"]
            sale = outside_sales.SaleEntry(
                piece=piece, variant=piece.variants[0], quantity=1, sold_on=clock.now().date(), note="A fair"
            )
            outside_sales.enter(session, sale, book="test", once=f"{self.rounds}", actor=OWNER)
            waiting.ask(session, self.services.vault, piece.variants[1].id, f"b{self.rounds}@example.com")
            raise_alert(session, AlertKind.CUT_CHANGED, f"PM-7K3Q-{self.rounds}F")
            saved_views.save(session, f"View {self.rounds}", "stage=to+check")
            link, secrets = payment_links.begin(session, self.services.vault, Via.TELEPHONE, actor=OWNER)
            payment_links.send(
                session,
                self.services.vault,
                link,
                {piece.variants[0].id: 1},
                to=("", "Ada"),
                total_pence=6400,
            )
            day = clock.now().date() + timedelta(days=300 * self.rounds)
            schedule.close(session, day, day, actor=OWNER)
            address = f"jo{self.rounds}@example.com"
            _, invited = charity_people.invite(session, address, "PANDAS Foundation UK", by=OWNER, secret="")
            _, invitation = staff.add_account(session, f"finance{self.rounds}@example.com", "finance")
        page = "/finance/remittances"
        paid = {
            "amount": "5.00", "paid_on": "2026-11-20",
            "bank_reference": f"POM {self.rounds}", "receipt": "Letter, file 3",
        }  # fmt: skip
        assert self.owner.send(page, page, paid).status_code == 303
        (undo, *_) = re.findall(r"/finance/remittances/(\d+)/reversal", self.owner.get(page).text)
        with self.desk.harness.database.transaction() as session:
            file = {"media_type": "application/pdf", "content": b"%PDF-1.7", "note": "", "actor": OWNER}
            document = documents.add(session, About(payment_seq=int(undo)), **file)
        payout = pays_out(self.desk.harness)
        plant_a_penny(self.desk.harness.services)
        read_balance_transactions(self.services)
        return {
            "payout": payout,
            "difference": "1",
            "document": str(document),
            "month": clock.month(clock.now()),
            "today": str(clock.today()),
            "quarter": f"{clock.today():%Y}-{(clock.today().month - 1) // 3 * 3 + 1:02d}",
            "sign_in": invitation,
            "invitation": invited,
            "remittance": undo,
            "pay": secrets.code,
        }

    def _more_about(self, reference: str) -> None:
        """An order's history grows: notes, a question, another e-mail asked for, and a penny back."""
        harness = self.desk.harness
        with harness.database.transaction() as session:
            order = session.scalars(select(Order.id).where(Order.reference == reference)).one()
            notes.write(session, self.services.vault, order, f"Rang {self.rounds} times.", actor=OWNER)
            unit = 3 - self.rounds
            questions.ask(session, self.services.vault, order, unit, "Silver, is it?", actor=OWNER)
            email_change.ask(
                session, self.services.vault, order, f"new{self.rounds}@example.com",
                secret_key=self.services.secret_key, actor="buyer",
            )  # fmt: skip
            key = f"{email_change.CONFIRM}-{self.rounds}"
            told = email_change.told_by(
                session, self.services.vault, email_change.CONFIRM, key, secret_key=self.services.secret_key
            )
            assert told
            self.values["email_key"] = told.link.rpartition("/")[2]
        harness.refunds(order, 1)
        harness.sync(order)
