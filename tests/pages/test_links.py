"""Every link of every page leads somewhere: pages answer, anchors are there."""

from urllib.parse import urldefrag, urlsplit

from bs4 import BeautifulSoup

from tests.pages.every_page import every_page


def test_every_link_and_anchor_leads_somewhere(app):
    client = app.test_client()
    pages = every_page(app)
    answers: dict[str, BeautifulSoup | None] = {}

    def page_at(path: str) -> BeautifulSoup | None:
        if path not in answers:
            with client.get(path) as answer:
                ends = answer.status_code in {200, 303} or path.startswith("/styleguide/errors/")
                text = answer.text if answer.mimetype in {"text/html", "image/svg+xml"} else ""
            answers[path] = BeautifulSoup(text, "html.parser") if ends else None
        return answers[path]

    lost = []
    for name, text in pages.items():
        here = BeautifulSoup(text, "html.parser")
        for link in here.select("[href], [src], use[href], form[action]"):
            target = link.get("href") or link.get("src") or ""
            parts = urlsplit(target)
            if parts.scheme in {"mailto", "tel", "sms", "data"} or (
                parts.netloc and parts.netloc != "localhost"
            ):
                continue
            path, anchor = urldefrag(target.removeprefix("http://localhost"))
            if path.startswith(("/basket/lines/", "/stand-in", "/orders/")):
                continue  # of one visitor: the browser journeys walk these
            there = here if not path else page_at(path)
            if there is None:
                lost.append(f"{name}: {target}")
            elif anchor and not there.find(id=anchor):
                lost.append(f"{name}: {target} has no such anchor")
    assert lost == []
    assert len(answers) > 30


def test_links_to_elsewhere_are_safe_and_few(app):
    elsewhere = set()
    for text in every_page(app).values():
        for link in BeautifulSoup(text, "html.parser").select("a[href^=http]"):
            if urlsplit(link["href"]).netloc != "localhost":
                assert link["href"].startswith("https://")
                elsewhere.add(urlsplit(link["href"]).netloc)
    assert len(elsewhere) < 40
