"""The journal of a running shop: its story and its posts, read when the shop starts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask
from markupsafe import Markup

from shop import web
from shop.journal.drawing import draw
from shop.journal.studies import FOLDER, Library, library
from shop.journal.writing import Text, TextRefused, read

POSTS: Final = FOLDER / "posts"
STORY: Final = FOLDER / "story.md"
ADDRESSES: Final = "shop.addresses"
"""Where the application gathers what else belongs into its sitemap: functions that give paths."""


@dataclass(frozen=True)
class Journal:
    """The story, the posts by slug (newest first), and the library they rest on."""

    story: Text
    posts: Mapping[str, Text]
    library: Library
    drawing: Markup

    def sibling(self, slug: str) -> Text | None:
        """The post to read after this one; None for the last."""
        slugs = list(self.posts)
        after = slugs.index(slug) + 1
        return self.posts[slugs[after]] if after < len(slugs) else None


def load(story: Path = STORY, posts: Path = POSTS) -> Journal:
    """Read and check every text. Raises TextRefused for the first that cannot be published."""
    sources = library()
    texts = [read(path, sources) for path in sorted(posts.glob("*.md"))]
    return Journal(read(story, sources), _by_slug(texts), sources, draw(sources.drawn))


@cache
def _packaged() -> Journal:
    """The texts that come with the code: reading them once is enough for a process."""
    return load()


def init_app(app: Flask) -> None:
    """Give the application its journal. Raises TextRefused."""
    found = app.extensions["shop.Journal"] = _packaged()
    app.extensions.setdefault(ADDRESSES, []).append(lambda: [f"/journal/{slug}" for slug in found.posts])


def journal() -> Journal:
    """The running application's journal."""
    return web.wired(Journal)


def _by_slug(texts: Sequence[Text]) -> dict[str, Text]:
    ordered = sorted(texts, key=lambda text: (-text.front.published.toordinal(), text.front.order))
    by_slug = {text.front.slug: text for text in ordered}
    if len(by_slug) < len(ordered):
        raise TextRefused("The journal", ["Two posts have the same slug."])
    return by_slug
