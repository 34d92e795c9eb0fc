"""What may happen to a buyer: they pay or not, somebody gives money back, their bank objects."""

from collections.abc import Callable, Mapping
from contextlib import suppress

from tests.faults.lives.life import Life
from tests.faults.lives.owner_pages import decide, press, refund_some
from tests.faults.stripe_server import after_sales, paying
from tests.faults.stripe_server.account import Body, Refusal


def opens(life: Life) -> None:
    life.world.scheduler.start("buyer", life.opens)


def opens_twice(life: Life) -> None:
    life.world.scheduler.start("buyer", life.opens)
    life.world.scheduler.start("buyer", life.opens)


def changes_their_mind(life: Life) -> None:
    life.choose()
    life.world.scheduler.start("buyer", life.opens)


def pays(life: Life) -> None:
    """By card, on any page that is still open."""
    paying.pay(life.world.server.account, life.chance.choice(life.pages))


def pays_on_a_page_only_stripe_knows(life: Life) -> None:
    """One whose answer never reached the shop. Nobody could: the hardest case, of which no news is lost."""
    account = life.world.server.account
    paying.pay(account, life.chance.choice(life.strays())["id"])
    life.world.collect(certain=True)


def is_declined(life: Life) -> None:
    paying.decline(life.world.server.account, life.chance.choice(life.pages))


def pays_by_bank_debit(life: Life) -> None:
    paying.pay_late(life.world.server.account, life.chance.choice(life.pages))


def debit_ends(life: Life) -> None:
    arrives = life.chance.random() < 0.6
    paying.late_money(life.world.server.account, life.chance.choice(life.pages), arrives=arrives)


def walks_away(life: Life) -> None:
    """And the page closes by itself, in time."""


def comes_back(life: Life) -> None:
    if life.pages:
        life.world.scheduler.start("buyer", life.returns)


def is_refunded_at_the_dashboard(life: Life) -> None:
    intent = life.chance.choice(life.intents())
    account = life.world.server.account
    amounts = [*_prices(life), None, life.chance.randint(1, intent["amount"])]
    after_sales.refund(account, payment_intent=intent["id"], amount=life.chance.choice(amounts))


def is_refunded_by_the_owner(life: Life) -> None:
    order = life.chance.choice(life.orders())
    life.world.scheduler.start("owner", lambda: refund_some(life.world, order.reference, life.chance))


def is_decided_about(life: Life) -> None:
    order = life.chance.choice(life.orders())
    life.world.scheduler.start("owner", lambda: decide(life.world, order.reference, life.chance))


def is_looked_at(life: Life) -> None:
    order = life.chance.choice(life.orders())
    life.world.scheduler.start("owner", lambda: press(life.world, order.reference, "/looks"))


def has_a_refund_sent_back(life: Life) -> None:
    after_sales.fail_refund(life.world.server.account, _any(life, "refund")["id"])


def has_a_refund_go_out(life: Life) -> None:
    after_sales.settle_refund(life.world.server.account, _any(life, "refund")["id"])


def objects_at_the_bank(life: Life) -> None:
    intent = life.chance.choice(life.intents())
    amount = life.chance.choice([*_prices(life), intent["amount"], life.chance.randint(1, intent["amount"])])
    status, takes = life.chance.choice(
        [
            ("needs_response", None),
            ("needs_response", None),
            ("warning_needs_response", None),
            ("prevented", 0),
            ("prevented", amount),
        ]
    )
    account = life.world.server.account
    after_sales.dispute(account, intent["id"], min(amount, intent["amount"]), status=status, withdrawn=takes)


def has_dispute_decided(life: Life) -> None:
    found = _any(life, "dispute")
    part = life.chance.choice([None, None, found["amount"] // 2])
    after_sales.close_dispute(
        life.world.server.account, found["id"], won=life.chance.random() < 0.5, gives_back=part
    )


def has_inquiry_escalate(life: Life) -> None:
    after_sales.escalate(life.world.server.account, _any(life, "dispute")["id"])


Act = Callable[[Life], None]
STRAYS_PAID = 0.5
WITHOUT_A_PAGE: dict[Act, float] = {
    opens: 8,
    opens_twice: 2,
    changes_their_mind: 0.5,
    comes_back: 0.5,
    pays: 0.5,
}
WITH_A_PAGE_OPEN: dict[Act, float] = {
    pays: 8,
    pays_by_bank_debit: 2,
    is_declined: 1,
    opens: 1,
    opens_twice: 0.5,
    changes_their_mind: 1,
    comes_back: 0.5,
    is_looked_at: 0.5,
    walks_away: 2,
}
WHILE_THE_BANK_DECIDES: dict[Act, float] = {debit_ends: 3, opens: 1, comes_back: 1, is_looked_at: 0.5}
ONCE_PAID: dict[Act, float] = {
    comes_back: 2,
    opens: 1,
    pays: 1,
    is_refunded_at_the_dashboard: 2,
    is_refunded_by_the_owner: 6,
    is_decided_about: 2,
    is_looked_at: 1,
    has_a_refund_sent_back: 2,
    has_a_refund_go_out: 1,
    objects_at_the_bank: 1,
    has_dispute_decided: 1,
    has_inquiry_escalate: 0.5,
}


def _prices(life: Life) -> list[int]:
    account = life.world.server.account
    return [line["amount_total"] // line["quantity"] for page in life.pages for line in account.items[page]]


def _any(life: Life, kind: str) -> Body:
    """Any refund or dispute of the buyer's. Raises IndexError when there is none."""
    account = life.world.server.account
    found = [one for intent in life.intents() for one in account.of_intent(kind, intent["id"])]
    return life.chance.choice(found)


def next_act(life: Life) -> None:
    """Something happens, if it can."""
    life.acts -= 1
    now = likely(life)
    act = life.chance.choices([*now], [*now.values()])[0]
    life.world.happened[act.__name__.replace("_", " ")] += 1
    with life.world.server.turn, suppress(Refusal, IndexError):
        act(life)
    life.world.collect()


def likely(life: Life) -> Mapping[Act, float]:
    """What may happen now, and how likely it is."""
    if life.strays() and life.chance.random() < STRAYS_PAID:
        return {pays_on_a_page_only_stripe_knows: 1}
    if life.intents():
        return ONCE_PAID
    pages = [life.world.server.account.objects[page] for page in life.pages]
    if any(page["status"] == "open" for page in pages):
        return WITH_A_PAGE_OPEN
    return WHILE_THE_BANK_DECIDES if pages and pages[-1]["status"] == "complete" else WITHOUT_A_PAGE
