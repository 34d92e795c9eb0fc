"""The owner's pages: what they offer, and pressing their buttons; and what a page may answer at all."""

import random
from typing import Any

from werkzeug.test import TestResponse

from tests.faults.lives.world import World
from tests.shopper import Shopper, form_on, soup

CONFIRMS = 0.9
"""How often the owner sends the sum that was shown."""
EXPECTED = frozenset({200, 302, 303, 404, 409, 422, 429, 503})
"""What a buyer or the owner may be answered; anything else is a fault of the shop's."""


class Unexpected(Exception):
    """A page was answered with a status that nobody should ever see."""


def checked(answer: TestResponse) -> TestResponse:
    """The answer, if it is one that people may get. Raises Unexpected."""
    if answer.status_code not in EXPECTED:
        raise Unexpected(f"{answer.request.method} {answer.request.path}: {answer.status_code}")
    return answer


def owner_of(world: World) -> Shopper:
    """The owner, signed in: days may have passed since the last time."""
    owner: Shopper | None = world.owner
    if owner is None or owner.get("/owner/orders").status_code != 200:
        world.happened["owner signed in"] += 1
        email = f"owner-{world.happened['owner signed in']}@example.com"
        world.owner = owner = Shopper(world.app).sign_in("owner", email)
    return owner


def press(world: World, reference: str, action: str, **fields: Any) -> TestResponse:
    """The owner opens an order and presses a button of its page."""
    owner = owner_of(world)
    return checked(owner.send(f"/owner/orders/{reference}", f"/owner/orders/{reference}{action}", fields))


def buttons(world: World, reference: str) -> list[str]:
    """Where the buttons of an order's page lead, below its own address."""
    here = f"/owner/orders/{reference}"
    page = checked(owner_of(world).get(here))
    return [
        str(form.get("action")).removeprefix(here) for form in soup(page).select("main form[method=post]")
    ]


def refund_some(world: World, reference: str, chance: random.Random) -> None:
    """The owner gives some units' money back, or the postage: sees the sum, and mostly confirms it."""
    owner, action = owner_of(world), f"/owner/orders/{reference}/refunds"
    page = checked(owner.get(f"/owner/orders/{reference}"))
    if "/refunds" not in buttons(world, reference):
        return
    form, sent = form_on(page, action)
    offered = [str(box["value"]) for box in form.select("input[name=line]")]
    sent.setlist("line", chance.sample(offered, k=chance.randint(0, len(offered))))
    if form.select("input[name=postage]") and chance.random() < 0.3:
        sent["postage"] = "1"
    shown = checked(owner.post(action, sent))
    if shown.status_code == 200 and chance.random() < CONFIRMS:
        checked(owner.post(action, form_on(shown, action)[1]))


def decide(world: World, reference: str, chance: random.Random) -> None:
    """The owner says what becomes of a refund that waits: mostly it is sent again."""
    waiting = [button for button in buttons(world, reference) if button.startswith("/refunds/")]
    if waiting:
        button = chance.choice(waiting)
        note = f"note-{button.split('/')[2]}"
        how = chance.choice(["returned", "withdrawn"])
        fields = {note: "By bank transfer", "how": how} if button.endswith("/closing") else {}
        press(world, reference, button, **fields)
