"""What must be true once everything has come to rest: each gives a sentence for what is not."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shop import stock
from shop.fulfilment.models import UnitReturn
from shop.fulfilment.stages import Fate
from shop.giving import verification
from shop.orders.lifecycle import State, lines_of
from shop.orders.models import Order, OrderLine
from shop.payments.models import CheckoutAttempt, PaymentEntry, RefundRequest
from shop.stock.models import Hold, HoldState, StockMovement
from tests.faults.lives.gifts import gifts_wrong
from tests.faults.lives.owner_pages import buttons, owner_of, press
from tests.faults.lives.world import World
from tests.faults.stripe_server.after_sales import GONE
from tests.shopper import soup


def pence_by_payment(world: World) -> dict[str, tuple[int, int]]:
    """Of each payment intent: what Stripe's balance holds of it, fees apart, and what our books say."""
    account = world.server.account
    theirs: Counter[str] = Counter()
    for move in account.all("balance_transaction"):
        source = account.objects[move["source"]]
        if source["object"] != "payout":
            theirs[source["payment_intent"]] += move["amount"]
    with world.database.reading() as session:
        rows = session.execute(
            select(PaymentEntry.payment_intent, func.sum(PaymentEntry.amount_pence)).group_by(
                PaymentEntry.payment_intent
            )
        )
        ours = {intent: int(pence) for intent, pence in rows}
    return {intent: (theirs[intent], ours.get(intent, 0)) for intent in theirs.keys() | ours.keys()}


def pence_apart(world: World) -> Iterator[str]:
    for intent, (theirs, ours) in sorted(pence_by_payment(world).items()):
        if theirs != ours:
            yield f"{intent}: {theirs}p at Stripe, {ours}p in our books"


def refunds_made_twice(world: World) -> Iterator[str]:
    """Every refund that the shop made stands for one request, and every request has one at most."""
    account = world.server.account
    with world.database.reading() as session:
        requests = {row.stripe_id: row for row in session.scalars(select(RefundRequest)) if row.stripe_id}
    for made in account.all("refund"):
        if made["id"] in account.calls and made["status"] not in GONE and made["id"] not in requests:
            key = account.calls[made["id"]]
            yield f"{made['id']} of {made['amount']}p, asked for as {key}, stands for no request"


def pieces_back(session: Session, order_id: int) -> tuple[int, int]:
    """How many of an order's pieces are in the drawer again, and how many were wanted after all."""
    said = session.scalars(
        select(UnitReturn)
        .join(OrderLine, OrderLine.id == UnitReturn.order_line_id)
        .where(
            OrderLine.order_id == order_id,
            UnitReturn.fate.in_([Fate.FREE, Fate.SCRAP]),
            UnitReturn.refund_step_id.is_not(None),
        )
    ).all()
    back = sum(row.fate == Fate.FREE and row.undone_at is None for row in said)
    return back, sum(row.undone_at is not None for row in said)


def stock_unsound(world: World) -> Iterator[str]:
    """Counters equal rows, and each order's units left the stock once, if they did at all.

    But for those that went back into the drawer as the owner said, once each; of a refund that came back
    after that, another piece was taken if there was one.
    """
    with world.database.reading() as session:
        yield from map(str, stock.check(session))
        yield from verification.verify(session)
        sold: dict[str | None, int] = defaultdict(int)
        for row in session.scalars(select(StockMovement).where(StockMovement.order_reference.is_not(None))):
            sold[row.order_reference] -= row.quantity
        for order in session.scalars(select(Order)):
            units = len(lines_of(session, order.id))
            back, again = pieces_back(session, order.id)
            if sold[order.reference] not in {0, *range(units - back - again, units - back + again + 1)}:
                yield f"{order.reference}: {sold[order.reference]} of {units} units sold"


def owed(world: World) -> dict[str, list[str]]:
    """By order, what its buyer is owed and has not got: refunds decided, and payments for nothing."""
    found: dict[str, list[str]] = defaultdict(list)
    with world.database.reading() as session:
        for order in session.scalars(select(Order)):
            requests = session.scalars(select(RefundRequest).where(RefundRequest.order_id == order.id)).all()
            entries = session.scalars(select(PaymentEntry).where(PaymentEntry.order_id == order.id)).all()
            sold = session.scalars(
                select(StockMovement.id).where(StockMovement.order_reference == order.reference)
            ).first()
            for request in requests:
                if (
                    not _made(world, request)
                    and not _settled(request, requests)
                    and _left(world, request.payment_intent)
                ):
                    found[order.reference].append(f"{request.amount_pence}p for {request.reason}")
            elsewhere = sum(one.amount_pence for one in requests if one.state == "returned elsewhere")
            for entry in entries:
                for_nothing = entry.kind == "surplus" or (entry.kind == "payment" and sold is None)
                left = _left(world, entry.payment_intent) if for_nothing else 0
                if left > elsewhere:
                    found[order.reference].append(f"{left}p of {entry.payment_intent}, paid for nothing")
    return found


def _made(world: World, request: RefundRequest) -> bool:
    """Whether a refund for the request stands at Stripe."""
    account = world.server.account
    return any(
        request.key in {account.calls.get(one["id"]), one["metadata"].get("request")}
        or request.stripe_id == one["id"]
        for one in account.of_intent("refund", request.payment_intent)
        if one["status"] not in GONE
    )


def _settled(request: RefundRequest, all_of_it: Sequence[RefundRequest]) -> bool:
    """Whether it needs no sending any more: another took its place, or it went back otherwise."""
    if request.state == "asked again":
        return any(
            other.id > request.id and (other.reason, other.lines) == (request.reason, request.lines)
            for other in all_of_it
        )
    return request.state in {"returned elsewhere", "withdrawn"}


def _left(world: World, intent: str) -> int:
    """What is left of a payment at Stripe, in pence."""
    account = world.server.account
    charge = account.objects[account.objects[intent]["latest_charge"]]
    took = sum(
        -move["amount"]
        for one in account.of_intent("dispute", intent)
        for move in one["balance_transactions"]
    )
    left: int = charge["amount_captured"] - charge["amount_refunded"] - took
    return max(left, 0)


def without_a_button(world: World) -> Iterator[str]:
    """Whoever is owed something is on a page of the owner's that has a button to send it."""
    for reference, what in owed(world).items():
        offered = buttons(world, reference)
        wanted = [f"/refunds/{one.rsplit(' ', 1)[1]}/sending" for one in what if "by request" in one]
        if not set(wanted) <= set(offered) or not any(button.endswith("/sending") for button in offered):
            yield f"{reference} is owed {', '.join(what)}, and its page offers only {sorted(offered)}"


def on_no_screen(world: World) -> Iterator[str]:
    """Whatever waits for a person stands above the orders."""
    page = soup(owner_of(world).get("/owner/orders"))
    above = {
        str(link["href"]).rpartition("/")[2] for link in page.select("main ul a[href^='/owner/orders/']")
    }
    with world.database.reading() as session:
        waiting = session.execute(
            select(Order.reference, RefundRequest.id, RefundRequest.state)
            .join(Order, Order.id == RefundRequest.order_id)
            .where(RefundRequest.state.in_(["refused", "sent back"]))
        )
        for reference, number, state in waiting:
            if reference not in above:
                yield f"{reference}: request {number} is {state}, and nothing above the orders says so"


def still_owed(world: World) -> Iterator[str]:
    """Once the owner has pressed every button, nobody is owed anything."""
    for reference, what in owed(world).items():
        yield f"{reference} is owed {', '.join(what)}"


def pages_without_a_hold(world: World, pages: Sequence[str]) -> list[str]:
    """Payment pages that can be paid although their pieces were given back to everyone."""
    account = world.server.account
    account.tick()
    payable = [page for page in pages if account.objects[page]["status"] == "open"]
    if not payable:
        return []
    with world.database.reading() as session:
        query = (
            select(CheckoutAttempt.stripe_id)
            .join(Order, Order.id == CheckoutAttempt.order_id)
            .join(Hold, Hold.id == Order.hold_id)
            .where(CheckoutAttempt.stripe_id.in_(payable), Hold.state == HoldState.RELEASED)
        )
        return [f"{page} is open, its pieces are not held" for page in session.scalars(query) if page]


def unheard_payments(world: World) -> Iterator[str]:
    """Every payment at Stripe belongs to an order that knows it, and no order waits for what is decided."""
    with world.database.reading() as session:
        known = set(session.scalars(select(PaymentEntry.payment_intent)))
        waiting = session.scalars(
            select(Order.reference).where(Order.state.in_([State.AWAITING, State.PROCESSING]))
        ).all()
    for intent in world.server.account.all("payment_intent"):
        if intent["amount_received"] and intent["id"] not in known:
            yield f"{intent['id']}: {intent['amount_received']}p at Stripe that no order knows"
    yield from (f"{reference} still waits" for reference in waiting)


def press_every_button(world: World) -> None:
    """The owner sends again whatever waits; what Stripe refuses then too was returned by other means."""
    for ending, fields in (("/sending", {}), ("/closing", {"how": "returned"})):
        for reference in list(owed(world)):
            offered = [button for button in buttons(world, reference) if button.startswith("/refunds/")]
            for button in [button for button in offered if button.endswith(ending)]:
                note = {f"note-{button.split('/')[2]}": "By bank transfer"} if fields else {}
                press(world, reference, button, **fields, **note)
                world.happened[f"buttons pressed: {ending}"] += 1
        world.pass_(hours=8)
        world.work()


def everything_wrong(world: World) -> dict[str, list[str]]:
    """Every check's sentences, by its name; those that have none are left out."""
    world.wrong.update([*without_a_button(world), *on_no_screen(world)])
    press_every_button(world)
    found = {check.__name__.replace("_", " "): list(check(world)) for check in CHECKS}
    found["seen on the way"] = sorted(world.wrong)
    found["pages that failed"] = [f"{who}: {error}" for who, error in world.scheduler.broken]
    found["against the specification"] = world.server.account.problems
    return {name: sentences for name, sentences in found.items() if sentences}


CHECKS = (
    pence_apart,
    refunds_made_twice,
    stock_unsound,
    gifts_wrong,
    unheard_payments,
    still_owed,
)
