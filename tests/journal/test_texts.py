"""The story, the posts, the drawing and the feed."""

import re
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest
from bs4 import BeautifulSoup

from shop.journal.journal import load
from shop.journal.markdown import TextRefused, parse
from shop.journal.studies import library
from tests.journal.test_claims import CITED, HEAD

JOURNAL = load()
POSTS = [f"/journal/{slug}" for slug in JOURNAL.posts]


@pytest.fixture
def engine_name() -> str:
    """These pages are made of files: one database is enough."""
    return "sqlite"


def soup(client, path):
    response = client.get(path)
    assert response.status_code == 200, path
    return BeautifulSoup(response.text, "html.parser")


def test_there_are_the_story_and_at_least_four_posts(client):
    assert soup(client, "/story").h1.text == "Why these pieces exist"
    listed = [a["href"] for a in soup(client, "/journal").select(".posts h2 a")]
    assert listed == POSTS
    assert len(listed) >= 4


@pytest.mark.parametrize("path", ["/story", "/journal", *POSTS])
def test_titles_are_all_different_and_give_nothing_away(client, path):
    titles = {page: soup(client, page).title.string for page in ["/story", "/journal", *POSTS]}
    assert len(set(titles.values())) == len(titles)
    assert titles[path].endswith(" · Part of Me")
    assert not re.search(r"remembrance|died|loss|grief|baby|miscarr|pregnan", titles[path], re.IGNORECASE)


@pytest.mark.parametrize("path", ["/story", *POSTS])
def test_before_a_text_stand_its_note_its_dates_and_a_way_out(client, path):
    page = soup(client, path)
    text = JOURNAL.story if path == "/story" else JOURNAL.posts[path.rpartition("/")[2]]
    notice = page.select_one(".page-head .notice")
    assert text.front.note in notice.text
    assert notice.select_one("a[href='/support']")
    assert notice.find_next("article"), "the note comes first"
    assert [t["datetime"] for t in page.select(".page-head time")] == [
        text.front.published.isoformat(),
        text.front.reviewed.isoformat(),
    ]
    assert page.select_one("a[href='/contact']"), "where to send corrections"


@pytest.mark.parametrize("path", ["/story", *POSTS])
def test_its_words_keep_the_tone(client, path):
    words = soup(client, path).main.get_text(" ")
    assert "!" not in words
    assert not re.search(
        r"\bat least\b|passed away|angel|heaven|rainbow|lost (?:a|her|their) bab|meant to be",
        words,
        re.IGNORECASE,
    )


def test_the_story_ends_with_the_promise_in_force_and_says_nothing_without_one(app, client):
    assert soup(client, "/story").select_one(".donation")
    app.extensions["shop"] = replace(app.extensions["shop"], statement=lambda session: None)
    app.extensions["shop.cached_pages"]._known = None
    page = soup(client, "/story")
    assert not page.select_one(".donation")
    assert not re.search(r"charity|PANDAS|£", page.main.text)


def test_a_post_that_is_not_there_is_not_found(client):
    assert client.get("/journal/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/story", "/journal", *POSTS])
def test_the_pages_are_the_same_for_everyone_and_set_no_cookie(app, path):
    mine, theirs = app.test_client(), app.test_client()
    theirs.set_cookie("basket_items", "3")
    first, second = mine.get(path), theirs.get(path)
    assert first.data == second.data
    assert "Set-Cookie" not in first.headers
    again = mine.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("path", ["/story", "/journal", *POSTS])
def test_nothing_is_inline_and_every_anchor_is_there(client, path):
    page = soup(client, path)
    assert not page.select("[style], style, script:not([src])")
    for link in page.select("a[href^='#']"):
        assert page.find(id=link["href"][1:]), link["href"]
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_the_drawing_has_a_dot_for_every_person_and_its_table_the_same_figures(client):
    page = soup(client, "/journal/what-studies-found")
    drawing = page.select_one("svg.drawn")
    described = drawing["aria-labelledby"].split()
    assert [drawing.find(id=name).name for name in described] == ["title", "desc"]
    rows = library().drawn
    assert len(drawing.select(".drawn-found")) == sum(row.group.found for row in rows)
    assert len(drawing.select("circle")) == sum(row.group.of for row in rows)
    words = " ".join(text.text for text in drawing.select("text"))
    cells = [
        [cell.text.strip() for cell in line.select("th, td")] for line in page.select("#found-in tbody tr")
    ]
    assert cells == [
        [f"{r.place}, {r.part.lower()}", r.group.who, str(r.group.found), str(r.group.of), r.study.citation]
        for r in rows
    ]
    for row in rows:
        assert f"{row.group.says} {row.group.who}"[:30] in words


def test_the_drawing_stays_inside_its_frame(client):
    drawing = soup(client, "/journal/what-studies-found").select_one("svg.drawn")
    _, _, width, height = map(float, drawing["viewbox" if drawing.has_attr("viewbox") else "viewBox"].split())
    for dot in drawing.select("circle"):
        assert float(dot["r"]) <= float(dot["cx"]) <= width - float(dot["r"])
        assert float(dot["cy"]) <= height - float(dot["r"])
    assert max(float(text["y"]) for text in drawing.select("text")) < height


def test_the_feed_is_rss_that_a_reader_can_take(client):
    response = client.get("/journal/feed.xml")
    assert response.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
    rss = ET.fromstring(response.data)
    assert (rss.tag, rss.get("version")) == ("rss", "2.0")
    (channel,) = rss
    for needed in ("title", "link", "description"):
        assert channel.findtext(needed)
    own = channel.find("{http://www.w3.org/2005/Atom}link")
    assert own.get("href") == "http://localhost/journal/feed.xml"
    items = channel.findall("item")
    assert [item.findtext("link") for item in items] == [f"http://localhost{path}" for path in POSTS]
    for item, text in zip(items, JOURNAL.posts.values(), strict=True):
        assert item.findtext("title") == text.front.title
        assert item.findtext("guid") == item.findtext("link")
        assert text.front.note in item.findtext("description")
        assert isinstance(parsedate_to_datetime(item.findtext("pubDate")), datetime)
        assert client.get(item.findtext("link").removeprefix("http://localhost")).status_code == 200
    link = soup(client, "/journal").find("link", rel="alternate")
    assert link["href"] == "/journal/feed.xml"


def test_raw_html_in_a_text_is_shown_as_text_and_no_script_can_be_linked():
    said = (
        "<script>alert(1)</script> <b>so</b> [here](javascript:alert(1)) ![a face](https://elsewhere/p.png)"
    )
    html = parse(HEAD + CITED + said.replace("1", ""), library()).html
    assert "<script" not in html
    assert "<b>" not in html
    assert "javascript:" not in re.sub(r">[^<]*<", "><", html)
    assert "<img" not in html


@pytest.mark.parametrize(
    ("source", "because"),
    [
        ("No head at all", "must begin with a head"),
        ("+++\ntitle = \n+++\n", "not TOML"),
        ('+++\ntitle = "A"\n+++\n', "may hold"),
        (HEAD.replace("summary", "sumary"), "may hold"),
        (HEAD.replace("a-slug", "A slug"), "small letters"),
    ],
)
def test_a_malformed_text_is_refused_with_what_to_change(source, because):
    with pytest.raises(TextRefused, match=because):
        parse(source, library())


def test_two_posts_of_one_slug_are_refused(tmp_path):
    for name in ("one.md", "other.md"):
        (tmp_path / name).write_text(HEAD + CITED)
    with pytest.raises(TextRefused, match="same slug"):
        load(posts=tmp_path)


def test_newer_posts_come_first(tmp_path):
    (tmp_path / "old.md").write_text(HEAD + CITED)
    newer = HEAD.replace("a-slug", "newer").replace("published = 2026-01-02", "published = 2026-02-02")
    (tmp_path / "new.md").write_text(newer + CITED)
    found = load(posts=tmp_path)
    assert list(found.posts) == ["newer", "a-slug"]
    assert found.sibling("newer").front.slug == "a-slug"
    assert found.sibling("a-slug") is None
