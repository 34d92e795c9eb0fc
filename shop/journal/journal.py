"""The journal of a running shop: its story and its posts, read when the shop starts."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from flask import Flask, current_app
from markupsafe import Markup

from shop import web
from shop.frozen import frozen
from shop.journal.markdown import Text, TextRefused, parse, read
from shop.journal.studies import FOLDER, Library, library
from shop.journal.study_drawing import draw

POSTS: Final = FOLDER / "posts"
STORY: Final = FOLDER / "story.md"
OWN: Final = "journal"
"""The folder of the owner's own posts, in the instance directory."""

SLUG_TAKEN: Final = "Another post has this slug already."
STORY_IS_AWAY: Final = """+++
title = "Why these pieces exist"
tab = "Story"
slug = "story"
published = 2026-01-01
reviewed = 2026-01-01
note = "This page is being looked over."
summary = "Why these pieces exist."
+++
The story is being looked over and will stand here again soon.
"""
"""What stands on the story's page while the story itself may not be shown as it is."""

ADDRESSES: Final = "shop.addresses"
"""Where the application gathers what else belongs into its sitemap: functions that give paths."""


@frozen
class Journal:
    """The story, the posts by slug (newest first), and the library they rest on."""

    story: Text
    posts: Mapping[str, Text]
    library: Library
    drawing: Markup
    left_out: Sequence[TextRefused] = ()
    """The owner's texts that may not be shown as they are, and why."""

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


def gather(story: Path, folders: Sequence[Path]) -> Journal:
    """Read every text that may be shown: nothing that somebody wrote stops the shop.

    Of two posts of one slug the first stays.
    """
    sources = library()
    left_out: list[TextRefused] = []
    told = _readable(story, sources, left_out) or parse(STORY_IS_AWAY, sources)
    posts: dict[str, Text] = {}
    for file in (file for folder in folders for file in sorted(folder.glob("*.md"))):
        text = _readable(file, sources, left_out)
        if text is not None and text.front.slug in posts:
            left_out.append(TextRefused(file.name, [SLUG_TAKEN]))
        elif text is not None:
            posts[text.front.slug] = text
    return Journal(told, _by_slug(list(posts.values())), sources, draw(sources.drawn), left_out)


@cache
def _packaged() -> Journal:
    """The texts that come with the code: reading them once is enough for a process."""
    return gather(STORY, [POSTS])


def init_app(app: Flask) -> None:
    """Give the application its journal: the texts that come with the code, and the owner's own.

    The owner's are looked through now, so that what is left out is told; without any, the journal is read
    once somebody wants to.
    """
    own: Path = app.extensions["shop"].settings.instance_dir / OWN
    if any(own.glob("*.md")):
        _keep(app, gather(STORY, [POSTS, own]))
    app.extensions.setdefault(ADDRESSES, []).append(lambda: [f"/journal/{slug}" for slug in journal().posts])


def _keep(app: Flask, found: Journal) -> Journal:
    app.extensions["shop.Journal"] = found
    for text in found.left_out:
        web.leave_out(app, text.name, text.problems)
    return found


def journal() -> Journal:
    """The running application's journal."""
    found: Journal | None = current_app.extensions.get("shop.Journal")
    return found or _keep(current_app, _packaged())


def _readable(file: Path, sources: Library, left_out: list[TextRefused]) -> Text | None:
    """The text of a file, or None with the reason in `left_out`."""
    try:
        return read(file, sources)
    except TextRefused as refused:
        left_out.append(refused)
        return None


def _by_slug(texts: Sequence[Text]) -> dict[str, Text]:
    ordered = sorted(texts, key=lambda text: (-text.front.published.toordinal(), text.front.order))
    by_slug = {text.front.slug: text for text in ordered}
    if len(by_slug) < len(ordered):
        raise TextRefused("The journal", ["Two posts have the same slug."])
    return by_slug
