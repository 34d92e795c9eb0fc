"""A week on a phone: five orders come in, something happens to each, and all of them are posted.

Everything is done by thumb at 375 px, by the buyers and at the bench. At the end stock, donations and Stripe
agree to the penny, and each buyer has had the e-mails of that case and no other.
"""

import re
import subprocess
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from shop import clock
from shop.emails.on_order import AGREED
from shop.fulfilment.units import SLIP
from shop.orders.models import Order
from shop.reconciliation.reconciling import reconcile
from tests.fulfilment.conftest import WORDS, Bench
from tests.harness import open_harness
from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import Visitor
from tests.payments.test_sweep import later

pytestmark = [
    pytest.mark.browser,
    pytest.mark.parametrize(
        "engine_name", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults_long)], indirect=True
    ),
]

WIDTH = 375
PHONE = {"viewport": {"width": WIDTH, "height": 720}, "is_mobile": True, "has_touch": True}
GIFT = 5_00
GONE = {"HEART-SILVER-18": 2, "PETAL-SILVER-18": 1, "DISC-SILVER-18": 3, "THREAD-SILVER-18": 2}
"""How many lie in the drawer no more: a Heart is missing, of two Petals one came back, a Disc was spoilt, and
a Thread was sold at the fair."""

OPENING = re.compile(r"(?:Dear [^\n]+|Hello),\s+([\w,]+ [\w]+)")
THANKS, POSTED = "Thank you", "This is"
EMAILS = (
    [("a@example.com", THANKS), ("a@example.com", "The words"), ("a@example.com", POSTED)],
    [("b@example.com", THANKS), ("b@example.com", POSTED), ("b@example.com", "There is")],
    [("c@example.com", THANKS), ("c@example.com", "We have"), ("c@example.com", POSTED)],
    [
        ("dora@gmial.com", THANKS),
        ("dora@gmial.com", "Someone, most"),
        ("dora@gmail.com", "Someone, most"),
        ("dora@gmial.com", "Our e"),
        ("dora@gmail.com", THANKS),
        ("dora@gmail.com", POSTED),
    ],
    [("e@example.com", THANKS), ("e@example.com", POSTED)],
)
"""Of each buyer in turn: where an e-mail went, and its first words."""


@dataclass
class Buyer:
    """Somebody who orders on a phone."""

    visitor: Visitor
    email: str
    reference: str = ""
    page: str = ""
    """The order's."""

    def orders(self, *pieces: tuple[str, str, str], **details: str) -> None:
        """Choose these (slug, words of the first line, dedication), say where they go, and pay."""
        visitor = self.visitor
        for slug, words, dedication in pieces:
            visitor.open(f"/pieces/{slug}")
            visitor.picks("Sterling silver", "18 in")
            if words:
                visitor.page.locator("input[name^=engraving-]").first.fill(words)
            if dedication:
                visitor.types("Dedication", dedication)
            visitor.presses("Add to basket")
        visitor.presses("Checkout")
        given = {
            "E-mail": self.email,
            "Who is it for?": "Ada Byron",
            "Address, first line": "12 Quiet Street",
            "Town or city": "Bath",
            "Postcode": "BA1 1AA",
        }
        for label, text in {**given, **details}.items():
            visitor.page.get_by_label(label, exact=False).first.fill(text)
        visitor.presses("Review your order")

    def has_bought(self, *pieces: tuple[str, str], **details: str) -> None:
        """The same by requests as far as the order's page: its buttons would be pressed again."""
        visitor = self.visitor
        for slug, words in pieces:
            visitor.has_in_basket(
                slug, f"{slug.upper()}-SILVER-18", **({"engraving_front_1": words} if words else {})
            )
        visitor.has_given_details(email=self.email, **details)
        last_look = "/checkout/payment"
        sent = visitor.sends(last_look, last_look, {"acknowledged": "y"})
        thanks = visitor.has_chosen((sent.location or "").removeprefix(self.visitor.shop.address), "pays")
        self.reference = re.search(r"PM-\w{4}-\w\w", visitor.reads_ahead(thanks))[0]
        self.page = visitor.led(thanks, "See your order")

    def pays(self) -> None:
        """Tick, press, and pay on Stripe's page."""
        visitor = self.visitor
        if (box := visitor.page.get_by_label("I have checked every letter")).count():
            box.check()
        visitor.presses(re.compile("Place order and pay"))
        visitor.presses(re.compile(r"^Pay £"))
        assert "Thank you" in visitor.page.get_by_role("heading", level=1).inner_text()
        self.reference = re.search(r"PM-\w{4}-\w\w", visitor.reads())[0]
        visitor.presses("See your order")
        self.page = visitor.path

    def opens_order(self) -> str:
        """Look at the order's page. Give what it says."""
        self.visitor.open(self.page)
        return self.visitor.reads()


PRINT = """form => fetch('/owner/papers', {method: 'POST', body: new URLSearchParams(new FormData(form))})
  .then(answer => answer.bytes ? answer.bytes() : answer.arrayBuffer().then(all => new Uint8Array(all)))
  .then(bytes => Array.from(bytes))"""


def printed(owner: Visitor) -> list[str]:
    """What the button makes, page by page, as another program reads it."""
    form = owner.page.locator("form", has=owner.page.locator("button[formtarget=_blank]"))
    pdf = bytes(form.evaluate(PRINT))
    run = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return run.stdout.decode().split("\f")[:-1]


def text_of(email: EmailMessage) -> str:
    part = email.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@dataclass
class Week:
    """Who orders in it, who makes it, and the shop."""

    shop: LiveShop
    owner: Visitor
    gift: Buyer
    petal: Buyer
    two: Buyer
    typo: Buyer
    needed: Buyer

    @property
    def buyers(self) -> tuple[Buyer, ...]:
        """All five."""
        return self.gift, self.petal, self.two, self.typo, self.needed

    def orders_come_in(self) -> None:
        """A gift to another address, a Petal alone, two pieces, a mistyped e-mail, and one for a day.

        Two of the five are bought by thumb; with the others the same buttons would be pressed again.
        """
        self.gift.orders(
            ("heart", "Ada", "For you"),
            **{"Your name": "Bea Lovelace", "Message for the slip": "With love", "Postcode": "EH1 1AA"},
        )
        assert "Is it a gift?" in self.gift.visitor.reads(), "she wrote a message, and did not tick it"
        self.gift.visitor.presses("Yes, it is a gift")
        self.gift.pays()
        self.petal.has_bought(("petal", ""))
        self.two.has_bought(("disc", "Wren"), ("petal", ""))
        self.typo.orders(("thread", "Siân", ""))
        assert "Did you mean dora@gmail.com?" in self.typo.visitor.reads()
        self.typo.visitor.presses("Keep mine")
        self.typo.pays()
        day = clock.in_britain(clock.now()).date() + timedelta(days=60)
        self.needed.has_bought(("disc", "Noa"), needed_by=day.isoformat())
        self.shop.deliver_webhooks()
        self.shop.send_emails()

    def address_is_mended(self) -> None:
        """The buyer who mistyped it puts it right, and only whoever reads the new one can confirm it."""
        visitor = self.typo.visitor
        self.typo.opens_order()
        visitor.presses("Change the e-mail")
        visitor.page.get_by_label("E-mail").fill("dora@gmail.com")
        visitor.presses("Use this address")
        sent = [text_of(email) for email in self.shop.send_emails()]
        (link,) = [found for text in sent for found in re.findall(r"/confirm-email/\S+", text)]
        visitor.open(link)
        visitor.presses("Yes, use this address")
        self.shop.send_emails()

    def words_are_corrected(self) -> None:
        """Before anybody has begun with them, and approved as at first."""
        visitor = self.gift.visitor
        self.gift.opens_order()
        visitor.presses(re.compile("^Change the words"))
        visitor.page.locator("input[name^=engraving-]").first.fill("Adah")
        visitor.presses("See them as they will be cut")
        visitor.page.get_by_label("I have checked every letter").check()
        visitor.presses("Yes, engrave these words")
        assert "Adah" in self.gift.opens_order()

    def one_piece_goes_back(self) -> None:
        """The sum is seen before it is sent."""
        self.opens(self.two)
        self.owner.page.get_by_role("checkbox", name=re.compile("^2. Petal")).check()
        self.owner.presses("See what would go back")
        assert "£64.00" in self.owner.reads()
        self.owner.presses("Send £64.00 back")
        self.shop.send_emails()

    def everything_is_made(self) -> None:
        """Looked at, engraved, looked at again and packed; one slips, and is begun anew.

        With two of the orders by thumb; with the others the same buttons would be pressed again.
        """
        self.opens_card(self.needed)
        self.takes("Mark as checked", "Begin engraving")
        self.opens(self.needed)
        self.owner.page.get_by_text("Make it again").click()
        self.owner.presses(re.compile("^A slip while engraving"))
        bench = Bench(open_harness(self.shop.database))
        for buyer in (self.gift, self.typo, self.two):
            bench.act(self.order_id(buyer), 1, *WORDS)
        self.opens_card(self.needed)
        self.takes(
            "Mark as checked",
            "Begin engraving",
            "Mark as engraved",
            "Mark as looked at again",
            "Mark as packed",
        )
        self.opens_card(self.petal)
        self.takes("Mark as checked", "Mark as packed")

    def everything_is_posted(self) -> None:
        """Slips and labels are printed in one go; each parcel's number is written down."""
        self.owner.open("/owner/bench")
        self.owner.page.locator("summary", has_text="Print for").click()
        for kind in ("Slips", "Address labels"):
            self.owner.page.get_by_label(kind).check()
        pages = printed(self.owner)
        assert set(re.findall(r"£[0-9.]*[0-9]", "".join(pages))) == {"£5"}, "a price on a slip"
        assert [buyer for buyer in self.buyers if not any(buyer.reference in page for page in pages)] == []
        for box in self.owner.page.get_by_role("checkbox", name=re.compile("^PM-")).all():
            box.check()
        self.owner.presses("Mark as posted: all that are ticked")
        first, *others = self.buyers
        self.opens(first)
        self.owner.page.get_by_label(re.compile("^Tracking number")).fill("AB 0000 0001 GB")
        self.owner.presses("Save the number")
        for number, buyer in enumerate(others, start=2):
            order = f"/owner/orders/{buyer.reference}"
            parcel = re.search(rf"{order}/parcels/([0-9]+)/tracking", self.owner.reads_ahead(order))
            typed = {f"tracking-{parcel[1]}": f"AB 0000 000{number} GB"}
            assert self.owner.sends(order, parcel[0], typed).status_code == 303

    def a_clasp_does_not_close(self) -> None:
        """Report a problem, and is answered."""
        visitor = self.petal.visitor
        self.petal.opens_order()
        visitor.presses("Report a problem")
        visitor.page.get_by_label("Petal").check()
        visitor.page.get_by_label("What is not right").fill("The clasp does not close.")
        visitor.page.get_by_label("Mend it").check()
        visitor.presses("Send it to us")
        self.opens(self.petal)
        self.owner.page.locator("[aria-labelledby=claims] a").click()
        assert "The clasp does not close." in self.owner.reads()
        self.owner.page.get_by_label("Your answer").fill("A new clasp is in the post.")
        self.owner.page.get_by_label(re.compile("^Mended")).check()
        self.owner.presses("Send it")
        self.petal.opens_order()
        visitor.page.get_by_role("link", name=re.compile("^About the Petal")).click()
        assert "A new clasp is in the post." in visitor.reads()

    def a_thread_is_sold_at_a_fair(self) -> None:
        """It takes its piece out of the stock and brings its gift."""
        self.owner.open("/owner/sales")
        self.owner.page.get_by_label("Piece").select_option("THREAD-SILVER-18")
        self.owner.page.get_by_label("How many").fill("1")
        self.owner.page.get_by_label("Day of the sale").fill(f"{clock.in_britain(clock.now()):%Y-%m-%d}")
        self.owner.presses("Record the sale")
        assert "£5.00 of it is for the charity." in self.owner.reads()

    def the_drawer_is_counted(self, there: dict[str, int]) -> None:
        """So many of each lie there."""
        self.owner.open("/owner/stock/count")
        for sku, number in there.items():
            self.owner.page.locator(f"[name=count-{sku}]").fill(str(number))
        self.owner.presses("Record the counts")
        assert "4 counts are recorded: 1 changed what is on hand." in self.owner.reads()

    def order_id(self, buyer: Buyer) -> int:
        """The order below its pages."""
        with self.shop.database.reading() as session:
            return session.scalars(select(Order.id).where(Order.reference == buyer.reference)).one()

    def opens(self, buyer: Buyer) -> None:
        """The order's page in the workshop."""
        self.owner.open(f"/owner/orders/{buyer.reference}")

    def opens_card(self, buyer: Buyer) -> None:
        """The card of an order's first unit, from the list at the bench."""
        self.owner.open("/owner/bench")
        first = self.owner.page.get_by_label(f"{buyer.reference}, piece 1", exact=True)
        queued = self.owner.page.locator(".queued").filter(has=first)
        queued.get_by_role("link", name=buyer.reference).click()

    def takes(self, *buttons: str) -> None:
        """Press these, one after the other, on the card that is open."""
        for button in buttons:
            self.owner.presses(re.compile(f"^{button}"))
            assert self.owner.page.evaluate("document.documentElement.scrollWidth") <= WIDTH


def test_a_week_of_five_orders(visit, live_shop: LiveShop, monkeypatch):
    gift, petal, two, needed = (Buyer(visit(**PHONE), f"{name}@example.com") for name in "abce")
    week = Week(live_shop, visit(**PHONE), gift, petal, two, Buyer(visit(**PHONE), "dora@gmial.com"), needed)
    before = {sku: live_shop.level(sku).on_hand for sku in GONE}
    week.orders_come_in()
    week.address_is_mended()
    week.words_are_corrected()
    week.owner.signs_in("owner")
    week.one_piece_goes_back()
    week.everything_is_made()
    week.everything_is_posted()
    later(monkeypatch, SLIP + timedelta(minutes=1))
    live_shop.send_emails()
    week.a_clasp_does_not_close()
    week.a_thread_is_sold_at_a_fair()
    there = {sku: before[sku] - gone for sku, gone in GONE.items()}
    week.the_drawer_is_counted(there)

    week.owner.open("/owner/bench")
    assert "Nothing waits to be made." in week.owner.reads()
    live_shop.deliver_webhooks()
    assert {sku: live_shop.level(sku).on_hand for sku in GONE} == there
    assert live_shop.sound() == []
    assert reconcile(live_shop.app.extensions["shop"].services) == []
    assert live_shop.totals().net_pence == (5 + 1) * GIFT
    assert_each_has_had_the_emails_of_that_case(week)


def assert_each_has_had_the_emails_of_that_case(week: Week) -> None:
    """These and no other, and in none of them a sentence that is not so."""
    had = [(email["To"], text_of(email)) for email in week.shop.send_emails()]
    for number, (buyer, expected) in enumerate(zip(week.buyers, EMAILS, strict=True), start=1):
        about = [(to, text) for to, text in had if buyer.reference in text]
        assert [(to, opening(text)) for to, text in about] == expected
        assert sum(f"AB0000000{number}GB" in text for _, text in about) == 1
        had = [one for one in had if one not in about]
    assert had == []
    sent = [(email["To"], text_of(email)) for email in week.shop.emails()]
    texts = {buyer.email: [text for to, text in sent if to == buyer.email] for buyer in week.buyers}
    assert not any("engrav" in text.split(AGREED)[0] for text in texts["b@example.com"])
    assert not any("Dear Ada" in text for text in texts["a@example.com"])
    assert "“Adah”" in texts["a@example.com"][1]


def opening(text: str) -> str:
    """How an e-mail begins, behind whom it greets."""
    return next(OPENING.finditer(text))[1]
