"""The story, the journal, its posts and its feed: the same for everyone."""

from dataclasses import dataclass, field
from http import HTTPStatus

from flask import Blueprint, abort, current_app
from flask.typing import ResponseReturnValue

from shop import web
from shop.catalogue.page_cache import cached_pages
from shop.container import current_services
from shop.journal import comments, feed, journal_pages
from shop.journal.journal import journal
from shop.journal.markdown import Text
from shop.web.assets import HTML, Stored

blueprint = Blueprint("journal", __name__)

FEED_KEPT = "public, max-age=3600"


@dataclass
class Posts:
    """The newest rendering of each post, and what it was rendered from; what is withdrawn is not kept."""

    rendered: dict[str, tuple[tuple[object, ...], Stored]] = field(default_factory=dict)


def text_or_404(slug: str) -> Text:
    """The post of that slug; a page that says so where there is none."""
    found = journal().posts.get(slug)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return found


@blueprint.get("/story")
def story() -> ResponseReturnValue:
    """Why the pieces exist."""
    return cached_pages().page("/story", journal_pages.story_page).response()


@blueprint.get("/journal")
def index() -> ResponseReturnValue:
    """All posts."""
    return cached_pages().page("/journal", journal_pages.index_page).response()


@blueprint.get("/journal/<slug>")
def post(slug: str) -> ResponseReturnValue:
    """One post with its comments, as they are at this moment."""
    text = text_or_404(slug)
    with web.reading() as session:
        shown = comments.shown(session, current_services().vault, slug)
    kept: Posts = current_app.extensions.setdefault("shop.Posts", Posts())
    now = cached_pages().current().shown
    key = (now.token, now.statement, *(comment.id for comment in shown))
    before, stored = kept.rendered.get(slug, (None, None))
    if stored is None or before != key:
        stored = Stored.of(journal_pages.post_page(text, shown).encode(), HTML)
        kept.rendered[slug] = (key, stored)
    return stored.response()


@blueprint.get(feed.PATH)
def rss() -> ResponseReturnValue:
    """The posts as a feed."""
    body = feed.feed(list(journal().posts.values()), web.settings().site_url)
    return Stored.of(body, feed.KIND).response(FEED_KEPT)
