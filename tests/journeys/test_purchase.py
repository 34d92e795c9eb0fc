"""From the first page to the books: three pieces bought, given from, and shown to the penny."""

import base64
import csv
import io
import re
from email.message import EmailMessage

import pytest

from tests.engines import ONE_ENGINE
from tests.journeys.live_shop import LiveShop
from tests.journeys.visitor import DETAILS, FIELDS, Visitor

pytestmark = pytest.mark.browser

FRONT, BACK, OTHER = "Caoimhe", ("14 May 2018", "17 weeks"), "Siân & Zoë"
DEDICATION = "For you, always.\nYour sister"
GOODS = 84_00 + 84_00 + 64_00
PRIVATE = (FRONT, *BACK, "Siân", "Zoë", "always", "Ada", "Byron", "Quiet", "Bath", "BA1", "example.com")


def body_of(email: EmailMessage, kind: str) -> str:
    part = email.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def as_read(email: EmailMessage) -> str:
    """The e-mail's HTML with its own pictures in place, as a mail program shows it."""
    html = body_of(email, "html")
    for part in email.walk():
        if part.get_content_maintype() == "image":
            picture = base64.b64encode(part.get_content()).decode()
            html = html.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/jpeg;base64,{picture}")
    return html


def chooses_three(buyer: Visitor) -> None:
    """Two Discs with words of their own, and a Petal with none."""
    buyer.open("/")
    buyer.page.get_by_role("navigation", name="Shop").get_by_role("link", name="Pieces").click()
    buyer.page.get_by_role("link", name="Disc").first.click()
    buyer.puts_disc_in((FRONT,), BACK, DEDICATION)
    buyer.puts_disc_in((OTHER,))
    buyer.open("/pieces/petal")
    buyer.picks("Sterling silver", "18 in")
    buyer.presses("Add to basket")


def goes_to_payment(buyer: Visitor) -> None:
    """From the basket to the stand-in's payment page, reading everything back on the way."""
    buyer.presses("Checkout")
    buyer.fills_in_details()
    quoted = buyer.page.locator("main q").all_inner_texts()
    assert quoted == [FRONT, *BACK, OTHER]
    assert buyer.page.locator("main .printed-card .own-words").all_inner_texts() == [DEDICATION]
    assert buyer.page.locator(".engraved svg").count() == 3
    assert "12 Quiet Street" in buyer.reads()
    assert "ada@example.com" in buyer.reads()
    buyer.page.get_by_label("I have checked every letter").check()
    buyer.presses("Place order and pay £235.60")
    assert buyer.path.startswith("/stand-in/pay/")


def stage(buyer: Visitor) -> str:
    """Where the order stands, on its page."""
    return buyer.page.locator("[aria-current=step]").inner_text()


def reference_on(page_text: str) -> str:
    found = re.search(r"PM-\w{4}-\w\w", page_text)
    assert found is not None
    return found[0]


@pytest.mark.parametrize(
    "engine_name", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults_long)], indirect=True
)
def test_a_whole_order_is_bought_given_from_refunded_and_accounted_for(visit, live_shop: LiveShop):
    discs, petals = live_shop.level("DISC-SILVER-18").on_hand, live_shop.level("PETAL-SILVER-18").on_hand
    buyer: Visitor = visit()
    chooses_three(buyer)
    goes_to_payment(buyer)
    assert not any(word in buyer.reads() for word in PRIVATE), (
        "the payment page knows the buyer's words or name"
    )
    buyer.presses("Pay £235.60")

    assert live_shop.webhooks_waiting() > 0, "this is to work before any webhook"
    assert "Thank you" in buyer.page.get_by_role("heading", level=1).inner_text()
    reference = reference_on(buyer.reads())
    buyer.presses("See your order")
    order_page = buyer.path
    assert buyer.page.locator("main q").all_inner_texts() == [FRONT, *BACK, OTHER]
    assert "From this order: £15.00" in buyer.reads()

    assert live_shop.deliver_webhooks() > 0
    assert live_shop.webhooks_waiting() == 0
    buyer.page.reload()
    assert stage(buyer).startswith("Paid")
    assert live_shop.totals().net_pence == 15_00
    assert live_shop.level("DISC-SILVER-18").on_hand == discs - 2
    assert live_shop.level("PETAL-SILVER-18").on_hand == petals - 1
    assert live_shop.level("DISC-SILVER-18").reserved == 0

    assert_the_email_says_it_all(live_shop, visit(), reference, order_page)

    finance: Visitor = visit()
    finance.signs_in("finance")
    assert len(the_books(finance)) == 3

    dashboard: Visitor = visit()
    dashboard.open("/stand-in/")
    dashboard.page.get_by_role("button", name=re.compile("Refund one Disc")).first.click()
    live_shop.deliver_webhooks()
    assert live_shop.totals().net_pence == 10_00
    assert live_shop.sound() == []
    rows = the_books(finance)
    assert [row["kind"] for row in rows] == ["accrue", "accrue", "accrue", "reverse"]
    assert sum(int(row["amount_pence"]) for row in rows) == 10_00
    assert {row["order_reference"] for row in rows} == {reference}
    finance.presses("Check every posting")
    assert "chain, sums and guards are sound" in finance.reads()
    assert live_shop.level("DISC-SILVER-18").on_hand == discs - 2, "nothing came back to the bench by itself"

    emails = live_shop.send_emails()
    assert [email["Subject"] for email in emails] == [
        f"Your order {reference}",
        f"About your order {reference}",
    ]
    assert "We have sent £" in body_of(emails[1], "plain")
    buyer.page.reload()
    assert "Part of this order was refunded" in buyer.reads()
    assert "From this order: £10.00" in buyer.reads()

    owner_reads_and_counts(visit(), reference)
    assert live_shop.level("DISC-SILVER-18").on_hand == discs - 2 + 5


def assert_the_email_says_it_all(shop: LiveShop, reader: Visitor, reference: str, order_page: str) -> None:
    """One e-mail, as text and as HTML, with every word as the buyer wrote it and the way to the order."""
    emails = shop.send_emails()
    assert len(emails) == 1
    assert emails[0]["To"] == DETAILS["E-mail"]
    assert emails[0]["Subject"] == f"Your order {reference}"
    reader.page.set_content(as_read(emails[0]))
    drawn = reader.page.locator("img")
    assert drawn.count() == 3  # two sides of one Disc, one of the other
    assert drawn.evaluate_all("imgs => imgs.every(img => img.complete && img.naturalWidth > 100)")
    for text in (body_of(emails[0], "plain"), reader.page.locator("body").inner_text()):
        assert [words for words in (FRONT, *BACK, OTHER) if f"“{words}”" not in text] == []
    assert f"{shop.address}{order_page}" in body_of(emails[0], "plain")


def the_books(finance: Visitor) -> list[dict[str, str]]:
    """The rows of the ledger's file, which has no word in it that is the buyer's."""
    finance.open("/finance/")
    with finance.page.expect_download() as started:
        finance.presses("Save the file")
    raw = started.value.path().read_text(encoding="utf-8")
    assert [word for word in PRIVATE if word in raw] == []
    return list(csv.DictReader(io.StringIO(raw)))


def owner_reads_and_counts(owner: Visitor, reference: str) -> None:
    """The owner finds the order, reads its words without glasses, and counts five Discs in."""
    owner.signs_in("owner")
    owner.open("/owner/orders")
    owner.presses(reference)
    cut = owner.page.locator(".bench-words dd:not(.bench-face)")
    assert cut.all_inner_texts() == [FRONT, *BACK, OTHER]
    size = cut.first.evaluate("element => parseFloat(getComputedStyle(element).fontSize)")
    assert size >= 40
    assert DEDICATION.partition("\n")[0] not in owner.reads(), "of a refunded piece no card is printed"
    owner.page.get_by_text("More", exact=True).click()
    owner.page.get_by_role("link", name="Stock").click()
    owner.page.get_by_role("link", name="DISC-SILVER-18").click()
    owner.types("How many", "5")
    owner.presses("Record it")
    assert "The stock is recorded." in owner.reads()


@ONE_ENGINE
def test_a_late_payment_is_awaited_without_worry_and_then_settled(visit, live_shop):
    buyer: Visitor = visit()
    buyer.open(buyer.has_ordered())
    buyer.presses("Pay late")
    assert buyer.page.get_by_role("heading", level=1).inner_text() == "Confirming your payment"
    live_shop.deliver_webhooks()
    buyer.page.reload()
    assert buyer.page.get_by_role("heading", level=1).inner_text() == "Confirming your payment"
    assert live_shop.totals().gross_pence == 0
    assert live_shop.send_emails() == []
    buyer.presses("See your order")
    assert stage(buyer).startswith("Confirming the payment")

    dashboard: Visitor = visit()
    dashboard.open("/stand-in/")
    dashboard.presses("The money arrives")
    buyer.page.reload()
    assert stage(buyer).startswith("Confirming the payment")
    live_shop.deliver_webhooks()
    buyer.page.reload()
    assert stage(buyer).startswith("Paid")
    assert live_shop.totals().net_pence == 10_00
    assert len(live_shop.send_emails()) == 1
    assert live_shop.sound() == []


@ONE_ENGINE
def test_every_page_of_a_purchase_works_without_javascript(visit, live_shop):
    buyer: Visitor = visit(java_script_enabled=False)
    chooses_three(buyer)
    goes_to_payment(buyer)
    buyer.presses("Pay £235.60")
    assert "Thank you" in buyer.page.get_by_role("heading", level=1).inner_text()
    live_shop.deliver_webhooks()
    assert live_shop.totals().net_pence == 15_00


@ONE_ENGINE
def test_a_purchase_needs_no_mouse(visit, live_shop):
    buyer: Visitor = visit()
    keys = Keys(buyer)
    buyer.open("/pieces/disc")
    keys.to("variant")
    keys.press("Space")
    keys.writes("engraving-front-1", FRONT)
    keys.writes("dedication", "For you")
    keys.press("Enter", after="button:Add to basket")
    assert buyer.page.locator("main q").all_inner_texts() == [FRONT]
    keys.press("Enter", after="a:Checkout")
    for field, text in FIELDS.items():
        keys.writes(field, text)
    keys.press("ArrowDown", after="postage")
    keys.press("Enter", after="button:Review your order")
    keys.press("Space", after="acknowledged")
    keys.press("Enter", after="button:Place order and pay £88.50")
    keys.press("Enter", after="button:Pay £88.50")
    assert "Thank you" in buyer.page.get_by_role("heading", level=1).inner_text()


class Keys:
    """Hands on the keyboard: Tab until the wanted control has the focus, and can be seen to have it."""

    MOST = 80

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page

    def to(self, wanted: str) -> None:
        """Tab to a control, by its name or by 'button:label' or 'a:label'."""
        for _ in range(self.MOST):
            self.page.keyboard.press("Tab")
            focus = self.page.evaluate(FOCUS)
            if wanted in focus["known_as"]:
                assert focus["seen"], f"nobody can see that {wanted} has the focus"
                return
        raise AssertionError(f"{wanted} cannot be reached")

    def writes(self, field: str, text: str) -> None:
        """Type into a field."""
        self.to(field)
        self.page.keyboard.type(text)

    def press(self, key: str, after: str | None = None) -> None:
        """Press a key, once `after` has the focus."""
        if after:
            self.to(after)
        if key != "Enter":
            self.page.keyboard.press(key)
            return
        with self.page.expect_navigation():
            self.page.keyboard.press(key)


FOCUS = """() => {
  const element = document.activeElement;
  const ringed = element.closest('.tile') ?? element;
  return {
    known_as: [element.name, `${element.localName}:${element.innerText?.trim()}`],
    seen: [element, ringed].some(e => getComputedStyle(e).outlineStyle !== 'none'),
  };
}"""
