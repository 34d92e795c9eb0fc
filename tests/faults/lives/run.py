"""A world from its first buyer to the evening when everything has come to rest."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from shop import stock
from shop.catalogue import snapshot
from shop.catalogue.models import Picture
from shop.orders.lifecycle import UNPAID, State
from shop.orders.models import Order
from tests.faults.lives import checks
from tests.faults.lives.life import PIECES, Life
from tests.faults.lives.people import next_act
from tests.faults.lives.world import World
from tests.faults.stripe_server import after_sales, paying, payouts
from tests.faults.stripe_server.account import Refusal

MOST_AT_ONCE = 6
STOCKS = (5, 10, 20)
"""Of each piece: sold out soon, late, or not at all."""
AWAKE = 0.9
"""How often nobody is in the middle of something when hours or days pass."""
RESTS_WITHIN = 40
"""Rounds of the worker after which a shop that still moves will never rest."""


@dataclass(frozen=True)
class Turn:
    """What may happen next, and how often."""

    weight: float
    name: str


@dataclass(frozen=True)
class Times:
    """Of all requests to Stripe, or of those that write: how many fail, and how many begin an hour of 401."""

    rate: float
    of_writes: float
    outages: float


WRITES = frozenset({"go on", "work", "deliver"})
"""Turns after which the books may say something new."""

USUAL_TIMES = Times(0.04, 0.15, 0.0015)
HARD_TIMES = Times(0.05, 0.35, 0.004)

TURNS = (
    Turn(12, "go on"),
    Turn(6, "act"),
    Turn(5, "deliver"),
    Turn(2.5, "work"),
    Turn(2.5, "minutes"),
    Turn(0.25, "hours"),
    Turn(0.06, "days"),
    Turn(0.3, "fortune"),
)


def live(world: World, count: int, times: Times = USUAL_TIMES, *, acts: int = 10) -> list[Life]:
    """So many buyers live their lives, all mixed."""
    chance = world.chance
    set_stock(world, chance.choice(STOCKS))
    lives = [Life(world, number, chance, chance.randint(4, acts)) for number in range(count)]
    weather = world.server.weather
    weather.rate, weather.rate_of_writes, weather.outages = times.rate, times.of_writes, times.outages
    while any(life.acts for life in lives):
        turn = chance.choices(TURNS, [turn.weight for turn in TURNS])[0]
        _turn(world, lives, turn.name if len(world.scheduler.playing) < MOST_AT_ONCE else "go on")
        if turn.name in WRITES:
            pages = [page for life in lives for page in life.pages]
            world.wrong.update(checks.pages_without_a_hold(world, pages))
    world.scheduler.finish()
    return lives


def _turn(world: World, lives: Sequence[Life], turn: str) -> None:
    chance = world.chance
    match turn:
        case "go on":
            world.scheduler.go_on()
        case "act":
            next_act(chance.choice([life for life in lives if life.acts][:MOST_AT_ONCE]))
        case "deliver" if world.post:
            world.scheduler.start("webhook", world.deliver)
        case "work" if not world.scheduler.busy("worker"):
            world.scheduler.start("worker", world.work)
        case "minutes" if world.scheduler.playing:
            world.pass_(seconds=chance.randint(1, 20))
        case "minutes":
            world.pass_(minutes=chance.randint(1, 20))
        case "hours":
            _wait_long(world, hours=chance.randint(1, 8))
        case "days":
            _wait_long(world, days=chance.randint(1, 3))
        case "fortune":
            world.skew_clocks()
            world.server.account.short = chance.choice([None, None, "refused", "pending"])
            with suppress(Refusal):
                payouts.pay_out(world.server.account)
    world.collect()


def _wait_long(world: World, **span: int) -> None:
    """Whoever is in the middle of something ends it first, unless his machine falls asleep."""
    if world.chance.random() < AWAKE:
        world.scheduler.finish()
    world.pass_(**span)


def set_stock(world: World, pieces: int) -> None:
    """So many of each piece that the buyers want. Nobody looks at pictures, which take long to read."""
    with world.database.transaction() as session:
        session.execute(delete(Picture))
        catalogue = snapshot.load(session)
        for slug in PIECES:
            variant = catalogue.by_slug[slug].variants[0].id
            change = pieces - stock.levels(session)[variant].on_hand
            if change:
                stock.adjust(session, variant, change, reason="counted", note="", actor="test")


def rest(world: World, lives: Sequence[Life]) -> int:
    """All faults end, all banks decide, and the worker works until nothing moves. Give the rounds it took."""
    account = world.server.account
    world.scheduler.deadliness = 0
    world.server.weather.clear()
    account.short = None
    world.post = [posted for posted in world.post if posted.certain]
    while world.post:
        world.deliver()
    come_again(world, lives)
    for life in lives:
        for page in life.pages:
            with suppress(Refusal):
                paying.late_money(account, page, arrives=world.chance.random() < 0.5)
    for waiting in account.all("refund"):
        with suppress(Refusal):
            after_sales.settle_refund(account, waiting["id"])
    for dispute in account.all("dispute"):
        with suppress(Refusal):
            after_sales.close_dispute(account, dispute["id"], won=world.chance.random() < 0.5)
    before, quiet = None, 0
    for round_ in range(RESTS_WITHIN):
        world.pass_(hours=9)
        world.post.clear()  # the post is on strike: the sweep alone must do
        world.work()
        now = standing(world)
        quiet = quiet + 1 if now == before else 0
        if quiet == 3:  # more than a day, so that the daily look has come by
            return round_
        before = now
    raise AssertionError(f"the shop never rests: {before}, {now}")


def come_again(world: World, lives: Sequence[Life]) -> None:
    """Stripe is well again: whoever has not paid is led to a payment page, unless the pieces are gone."""
    for life in lives:
        orders = life.orders()
        if not orders or life.intents() or orders[-1].state not in UNPAID - {State.PROCESSING}:
            continue
        # A host whose clock was set since Stripe was last heard asks for too short a time once.
        if life.opens() == 503 and life.opens() == 503:
            world.wrong.add(f"{orders[-1].reference}: Stripe is well, and its buyer cannot pay")


def standing(world: World) -> tuple[int, int, int]:
    """What changes when anything does: versions, and what was asked of Stripe that writes."""
    with world.database.reading() as session:
        versions = session.scalar(select(func.sum(Order.version))) or 0
    heard = world.server.heard
    return int(versions), heard["post /v1/refunds"], heard["post /v1/checkout/sessions"]
