"""Every page in every state: nothing axe objects to, nothing from elsewhere, nothing wider than a phone."""

from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Map

from tests.browser import axe
from tests.journeys.conftest import ONE_ENGINE
from tests.journeys.rooms import NO_PAGE, ROOMS

pytestmark = [pytest.mark.browser, ONE_ENGINE]

STAND_IN = "/stand-in"
LOGIC = """() => {
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return ids.filter((id, i) => ids.indexOf(id) !== i);
}"""


def route_of(app, path: str) -> str:
    """The rule that an address of the shop, or of its stand-in, falls under."""
    address = urlsplit(path).path
    stand_in = app.wsgi_app.mounts[STAND_IN]
    inside = address.startswith(STAND_IN)
    urls: Map = (stand_in if inside else app).url_map
    adapter = urls.bind("localhost")
    below = address.removeprefix(STAND_IN) if inside else address
    try:
        rule, _ = adapter.match(below, method="GET", return_rule=True)
    except MethodNotAllowed:  # the answer to a form that was refused
        rule, _ = adapter.match(below, method="POST", return_rule=True)
    return (STAND_IN if inside else "") + rule.rule


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_a_page_is_sound_for_everyone(visit, open_shop, room):
    visitor = visit(viewport={"width": 320, "height": 700})
    room.enter(visitor)
    assert visitor.statuses[visitor.path] == room.status
    assert route_of(open_shop.app, visitor.path) == room.route
    for width in (320, 1280):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        assert axe(visitor.page) == [], width
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.page.evaluate(LOGIC) == [], "an id stands there twice"
    assert visitor.page.locator("h1").count() == 1
    refused = room.status == 422 and visitor.page.title().startswith("Error: ")
    assert refused == (room.status == 422 and "Error" in visitor.page.title())


def test_no_page_was_forgotten(app):
    shown = {room.route for room in ROOMS} | NO_PAGE.keys()
    stand_in = app.wsgi_app.mounts[STAND_IN]
    routes = {rule.rule for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    routes |= {
        STAND_IN + rule.rule
        for rule in stand_in.url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith("/v1/")  # the interface, not a page
    }
    assert routes - shown == set()
    assert NO_PAGE.keys() - routes == set()
