"""Files, probes and errors: what every page leans on."""

import gc
import gzip
import os
import re
import tracemalloc
from dataclasses import replace
from pathlib import Path

import pytest
from werkzeug.exceptions import default_exceptions

from shop.db import Database
from shop.network import SITE, Allowance
from shop.web.assets import Assets
from tests.engines import ONE_ENGINE

STATIC = Path(__file__).parents[2] / "static"


def test_a_files_address_changes_with_its_content_and_is_kept_for_a_year(app, client):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("site.css")
    response = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert b"@layer" in gzip.decompress(response.data)
    assert client.get("/static/site.css").headers["Cache-Control"] == "no-cache"
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


@ONE_ENGINE
@pytest.mark.browser
@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.css")))
def test_a_style_sheet_is_sent_without_comments_and_says_the_same(client, browser, name):
    written, sent = (STATIC / name).read_text(encoding="utf-8"), client.get(f"/static/{name}").text
    assert "/*" in written
    assert "/*" not in sent
    page = browser.new_page()
    try:
        assert page.evaluate(RULES, sent) == page.evaluate(RULES, written) != ""
    finally:
        page.close()


@ONE_ENGINE
@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.glob("*.js")))
def test_a_script_is_sent_without_lines_of_comment_and_with_every_other_line(client, name):
    written = (STATIC / name).read_text(encoding="utf-8").splitlines()
    assert client.get(f"/static/{name}").text.splitlines() == [
        line for line in written if not line.lstrip().startswith("//")
    ]


@ONE_ENGINE
def test_a_font_is_sent_as_it_is(client):
    response = client.get("/static/fonts/figtree-latin.woff2", headers={"Accept-Encoding": "gzip"})
    assert response.data.startswith(b"wOF2")
    assert "Content-Encoding" not in response.headers


def test_a_picture_says_what_it_is_on_every_machine_and_is_sent_once(app, client):
    with app.test_request_context():
        address = app.jinja_env.globals["asset"]("catalogue/box-400.webp")
    first = client.get(address)
    assert first.headers["Content-Type"] == "image/webp"
    assert first.data[8:12] == b"WEBP"
    assert "max-age=31536000" in first.headers["Cache-Control"]
    again = client.get("/static/catalogue/box-400.webp", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@ONE_ENGINE
def test_a_file_asked_for_by_another_files_digest_is_not_kept_for_a_year(client):
    assert client.get("/static/site.css?v=000000000000").headers["Cache-Control"] == "no-cache"


@ONE_ENGINE
@pytest.mark.parametrize("name", ["missing.css", "../pyproject.toml", "fonts/../../app.py", "fonts"])
def test_nothing_outside_the_folder_is_served(client, name):
    assert client.get(f"/static/{name}").status_code == 404


@ONE_ENGINE
def test_a_file_has_one_address_and_other_spellings_of_it_are_nobodys(client):
    odd = ["./site.css", "fonts/../site.css", "./fonts/.././site.css", "fonts/./../site.css", "site.css/."]
    assert {client.get(f"/static/{name}").status_code for name in odd} == {404}


@ONE_ENGINE
def test_however_many_spellings_are_asked_for_a_file_is_held_once(client):
    def ask(numbers):
        for number in numbers:
            client.get(f"/static/{'./' * (number % 50)}{'fonts/../' * (number // 50)}site.css?v={number}")
            client.get(f"/static/site.css?v={number}")

    ask(range(50))
    tracemalloc.start()
    ask(range(50, 350))
    gc.collect()  # what nobody holds any more is not held
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 1_000_000, "300 copies of the style sheet would be fifteen times as much"


def test_a_file_that_changes_while_the_shop_runs_leaves_nothing_of_its_old_self(tmp_path):
    (tmp_path / "site.css").write_text("a" * 1000)
    assets = Assets(tmp_path)
    for number in range(50):
        (tmp_path / "site.css").write_text(f"{number}" * 1000)
        os.utime(tmp_path / "site.css", ns=(number, number))
        stored = assets.stored("site.css")
        assert stored is not None
        assert stored.plain.startswith(str(number).encode())
        assert assets.url("site.css") != ""
    assert (len(assets._stored), len(assets._digests)) == (1, 1)


@ONE_ENGINE
def test_somebody_who_types_never_meets_the_limit_of_previews(client, monkeypatch):
    allowance = Allowance(4.0, 0.25, lambda: 0.0)  # time stands still, so nothing comes back
    monkeypatch.setattr("shop.catalogue.previews.ALLOWED", allowance)
    words = "For our daughter, always with us"
    for length in range(len(words)):
        asked = {"piece": "disc", "face": "marcellus", "engraving-front-1": words[: length + 1]}
        assert client.get("/engravings/preview.svg", query_string=asked).status_code == 200


@ONE_ENGINE
@pytest.mark.parametrize("takes", ["", "gzip, br"])
@pytest.mark.parametrize(
    "query",
    [
        "piece=disc&face=marcellus&engraving-front-1=Zo%C3%AB+%26+%3Cb%3E&engraving-front-2=14+May",
        "piece=disc&face=great-vibes&engraving-front-1=Wren&picture=disc-silver-front",
        "piece=heart&face=nobody&engraving-front-1=&engraving-front-1=second&nothing",
        "piece=two-rings&engraving-large-1=%F0%9F%90%BE&side=large",
        "piece=disc&face=by-hand&engraving-front-1=Wren&picture=disc-silver-front",
        "piece=disc&engraving-front-1=%00",
        "piece=disc&engraving-front-1=%FF",
        "piece=nothing",
        "piece=disc&picture=nothing",
        "",
    ],
)
def test_a_drawing_is_the_same_whether_or_not_the_application_was_woken(client, query, takes, monkeypatch):
    def answer():
        sent = client.get(f"/engravings/preview.svg?{query}", headers={"Accept-Encoding": takes})
        return sent.status_code, sorted(sent.headers.items()), sent.data

    client.get("/pieces/disc")  # the catalogue is in memory from now on
    at_once = answer()
    monkeypatch.delattr(client.application, "wsgi_app")  # what stands in front of Flask's own
    woken = answer()
    assert woken == at_once, set(woken[1]) ^ set(at_once[1])


@ONE_ENGINE
def test_a_network_that_has_used_up_its_previews_is_asked_to_wait_and_another_is_not(client, monkeypatch):
    allowance = Allowance(4.0, 0.25)
    monkeypatch.setattr("shop.catalogue.previews.ALLOWED", allowance)
    asked = {"piece": "disc", "face": "great-vibes", "engraving-front-1": "Wren"}
    allowance.charge("127.0.0.2", 6.0)

    def status(address):
        answer = client.get(
            "/engravings/preview.svg", query_string=asked, environ_base={"REMOTE_ADDR": address}
        )
        return answer.status_code, answer.headers.get("Retry-After")

    refused, wait = status("127.0.0.2")
    assert (refused, 1 <= int(wait) <= 8) == (429, True)
    assert status("127.0.0.3")[0] == 200
    for number in range(SITE + 1):
        allowance.charge(f"2001:db8:1:{number:x}::1", 4.5)
    assert status("2001:db8:1:ff::1")[0] == 429, "all networks of a site have used up what it may"
    assert status("2001:db8:2:ff::1")[0] == 200


@ONE_ENGINE
def test_a_flood_of_previews_costs_no_more_than_its_allowance(client, monkeypatch):
    allowance = Allowance(0.3, 1e-9)
    monkeypatch.setattr("shop.catalogue.previews.ALLOWED", allowance)
    statuses = []
    for number in range(400):
        words = {
            f"engraving-{side}-{line}": f"{number} {'Wren' * 12}"
            for side in ("front", "back")
            for line in (1, 2)
        }
        asked = {"piece": "disc", "face": "great-vibes", "picture": "disc-silver-front", **words}
        statuses.append(client.get("/engravings/preview.svg", query_string=asked).status_code)
    assert set(statuses) == {200, 429}
    assert statuses == sorted(statuses)


RULES = """text => { const sheet = new CSSStyleSheet(); sheet.replaceSync(text);
  return [...sheet.cssRules].map(rule => rule.cssText).join("\\n") }"""
"""What a style sheet says, as a browser read it."""
WITHOUT_SCRIPT = re.compile("<noscript>.*?</noscript>", re.DOTALL)
"""A browser with scripts fetches nothing of it before somebody looks for a sign; see test_browser.py."""
NO_PICTURE = re.compile(r'(?:href|src)="(/static/(?:[^"#?]+\.(?:css|js|woff2)|signs\.svg)(?:\?[^"#]*)?)')


@ONE_ENGINE
@pytest.mark.parametrize("piece", ["disc", "two-rings", "keeping"])
def test_a_phone_downloads_a_piece_page_in_under_60_kb(client, piece):
    page = client.get(f"/pieces/{piece}")
    addresses = set(NO_PICTURE.findall(WITHOUT_SCRIPT.sub("", page.text)))
    assert sum(address.endswith(".woff2") for address in addresses) == 2, "the fonts"
    assert sum(".js" in address for address in addresses) >= 3, "the scripts"
    sizes = {
        address: len(client.get(address, headers={"Accept-Encoding": "br"}).data)
        for address in (f"/pieces/{piece}", *addresses)
    }
    assert sum(sizes.values()) < 60_000, sizes


@ONE_ENGINE
def test_the_process_says_that_it_is_alive_and_ready(client):
    assert client.get("/healthz").text == "alive\n"
    assert client.get("/readyz").text == "ready\n"


@ONE_ENGINE
def test_without_its_database_the_process_is_alive_but_not_ready(app, client):
    app.extensions["shop"] = replace(
        app.extensions["shop"], database=Database("sqlite:////nowhere/at/all.db")
    )
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


@ONE_ENGINE
def test_without_its_database_a_page_says_so_kindly(app, client):
    app.extensions["shop"] = replace(
        app.extensions["shop"], database=Database("sqlite:////nowhere/at/all.db")
    )
    response = client.get("/pieces")
    assert response.status_code == 503
    assert "We cannot answer just now" in response.text
    assert response.headers["Retry-After"]


@ONE_ENGINE
def test_crawlers_stay_out_of_what_is_private(client):
    said = client.get("/robots.txt").text
    assert "Disallow: /basket" in said
    assert "Disallow: /pieces" not in said


@ONE_ENGINE
@pytest.mark.parametrize(
    ("code", "words"),
    [
        (400, "could not read that"),
        (404, "nothing at this address"),
        (405, "cannot be used that way"),
        (410, "taken away"),
        (413, "more than we can take in"),
        (422, "could not use that"),
        (429, "wait a little"),
        (500, "went wrong"),
        (503, "cannot answer just now"),
        (418, "did not work"),
    ],
)
def test_an_error_is_said_in_the_shops_own_voice(app, client, code, words):
    def fail():
        raise default_exceptions[code]

    app.add_url_rule("/fail", view_func=fail)
    response = client.get("/fail")
    assert response.status_code == code
    assert words in response.text
    assert "If today is hard" in response.text
    assert "!" not in response.text.replace("<!doctype", "")


def test_drawings_in_the_repository_are_the_ones_the_tool_draws():
    from shop.sample import drawings as draw_pieces

    for name, svg in draw_pieces.drawings().items():
        assert (draw_pieces.OUT / name).read_text() == svg, name
