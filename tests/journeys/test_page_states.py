"""Every page in every state: nothing axe objects to, nothing from elsewhere, nothing wider than a phone."""

import re
from itertools import product
from urllib.parse import urlsplit

import pytest
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Map

from shop.settings import PaymentMode
from shop.standin.application import create_standin
from tests.browser import axe, whole_page
from tests.engines import ONE_ENGINE
from tests.journeys.figures import broken_figures
from tests.journeys.page_states import NO_PAGE, PAGE_STATES
from tests.journeys.soundness import COLOURS, faults
from tests.own_words import PLANTED, STRAY

pytestmark = [pytest.mark.browser, ONE_ENGINE]

STAND_IN = "/stand-in"
ABOUT_GIVING = "/finance", "/charity", "/giving"
"""Here figures grow with what was given."""
READ = f"""planted => {{
  const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
  return {{
    words: [...document.querySelectorAll('main')].map(main => main.innerText),
    strays: ({STRAY})(planted),
    twice: ids.filter((id, i) => ids.indexOf(id) !== i),
    headings: document.querySelectorAll('h1').length,
    title: document.title,
  }};
}}"""
"""What a page says, in one question: to ask for each by itself takes as long as to load the page."""


def stand_in(app):
    """A stand-in like the one mounted beside the shop, to read its address map."""
    return create_standin(
        app.extensions["shop"].database,
        mode=PaymentMode.STAND_IN,
        secret_key="sk_test_map",
        webhook_secret="whsec_map",
        site_url="http://localhost",
        webhook_url="http://localhost/webhooks/stripe",
        prefix=STAND_IN,
    )


def route_of(app, path: str) -> str:
    """The rule that an address of the shop, or of its stand-in, falls under."""
    address = urlsplit(path).path
    inside = address.startswith(STAND_IN)
    urls: Map = (stand_in(app) if inside else app).url_map
    adapter = urls.bind("localhost")
    below = address.removeprefix(STAND_IN) if inside else address
    try:
        rule, _ = adapter.match(below, method="GET", return_rule=True)
    except MethodNotAllowed:  # the answer to a form that was refused
        rule, _ = adapter.match(below, method="POST", return_rule=True)
    return (STAND_IN if inside else "") + plain(rule.rule)


def plain(rule: str) -> str:
    """A rule without what it says about its values: /lines/<int:number> is /lines/<number>."""
    return re.sub(r"<[^<>]*:(\w+)>", r"<\1>", rule)


@pytest.mark.parametrize("state", PAGE_STATES, ids=lambda state: state.name)
def test_a_page_is_sound_for_everyone(visitor, live_shop, state, request):
    state.enter(visitor)
    assert visitor.statuses[visitor.path] == state.status
    assert route_of(live_shop.app, visitor.path) == state.route
    read = visitor.page.evaluate(READ, PLANTED)
    (words,) = read["words"]
    assert state.shows in words
    assert read["strays"] == [], "words of theirs that are not shown as theirs"
    assert read["twice"] == [], "an id stands there twice"
    assert read["headings"] == 1
    if state.status == 422 and not visitor.path.startswith("/styleguide/"):
        assert read["title"].startswith("Error: "), "a screen reader says so first"
    assert faults(visitor.page) == [], "on a phone"
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    assert faults(visitor.page) == [], "at a desk"
    visitor.page.emulate_media(color_scheme="dark")
    assert faults(visitor.page, colours_only=True) == [], "in the dark"
    if folder := request.config.getoption("pictures"):  # to look at every page in one go
        visitor.page.emulate_media(color_scheme="light")
        for width in (375, 1280):
            whole_page(visitor.page, width, folder / f"{state.name.replace(' ', '-')}-{width}.png")
    if state.route.startswith(ABOUT_GIVING) and state.status == 200:
        assert list(broken_figures(visitor.page)) == []


@pytest.mark.faults_long
@pytest.mark.parametrize("state", PAGE_STATES, ids=lambda state: state.name)
def test_every_text_of_every_page_can_be_told_from_its_ground(visitor, state):
    state.enter(visitor)
    for width, scheme in product((320, 1280), ("light", "dark")):
        visitor.page.set_viewport_size({"width": width, "height": 800})
        visitor.page.emulate_media(color_scheme=scheme)
        assert axe(visitor.page, *COLOURS) == [], (width, scheme)


def test_a_text_that_became_too_pale_is_found_though_it_was_measured_before(visitor):
    visitor.open("/basket")
    for place in ("h1", "main p"):
        assert faults(visitor.page) == []
        visitor.page.locator(place).first.evaluate("text => { text.style.color = '#eee8dd' }")
        assert ["color-contrast" in fault for fault in faults(visitor.page)] == [True]
        assert faults(visitor.page) != [], "and again, wherever it stands"
        visitor.open("/basket")


ONLY_AT_A_DESK = """main => {
  const picture = document.createElement('img'), sheet = document.styleSheets[0];
  picture.id = 'wide';
  main.append(picture);
  sheet.insertRule('@media (max-width: 999px) { #wide { display: none } }', sheet.cssRules.length);
}"""


def test_what_comes_into_sight_at_a_desk_is_looked_at_there(visitor):
    visitor.open("/basket")
    visitor.page.locator("main").evaluate(ONLY_AT_A_DESK)
    assert faults(visitor.page) == []
    visitor.page.set_viewport_size({"width": 1280, "height": 800})
    assert ["image-alt" in fault for fault in faults(visitor.page)] == [True]


def test_no_page_was_forgotten(app):
    shown = {state.route for state in PAGE_STATES} | NO_PAGE.keys()
    routes = {plain(rule.rule) for rule in app.url_map.iter_rules() if "GET" in rule.methods}
    routes |= {
        STAND_IN + plain(rule.rule)
        for rule in stand_in(app).url_map.iter_rules()
        if "GET" in rule.methods and not rule.rule.startswith("/v1/")  # the interface, not a page
    }
    assert routes - shown == set()
    assert NO_PAGE.keys() - routes == set()
