"""The pages of the story and the journal as text."""

from collections.abc import Sequence
from typing import Any

from flask import render_template

from shop.catalogue.page_cache import Shown
from shop.journal.comments import Opened
from shop.journal.forms import MOST_NAME, MOST_NOTE, MOST_WORDS, CommentForm, ReportForm, problems_of
from shop.journal.journal import journal
from shop.journal.markdown import Text
from shop.web.cells import Cells, Link


def story_page(shown: Shown) -> str:
    """The founder's story."""
    return render_template(
        "journal/story.html",
        here="story",
        canonical="/story",
        text=journal().story,
        statement=shown.statement,
        picture=shown.catalogue.pieces[0].picture("photo") if shown.catalogue.pieces else None,
    )


def index_page(_shown: Shown) -> str:
    """All posts."""
    return render_template(
        "journal/index.html", here="journal", canonical="/journal", posts=list(journal().posts.values())
    )


def post_page(text: Text, comments: Sequence[Opened], form: CommentForm | None = None) -> str:
    """A post, the comments that are shown beneath it, and the form for another; filled if it was refused."""
    refused = form is not None
    form = form or CommentForm(formdata=None)
    found: dict[str, Any] = {}
    if text.front.drawing:
        found = {"rows": _found_in(text), "drawing": journal().drawing}
    return render_template(
        "journal/post.html",
        here="journal",
        canonical=f"/journal/{text.front.slug}",
        text=text,
        comments=comments,
        form=form,
        problems=problems_of(form) if refused else {},
        after=journal().sibling(text.front.slug),
        most={"name": MOST_NAME, "words": MOST_WORDS},
        **found,
    )


def _found_in(text: Text) -> list[Cells]:
    """The drawing as a table: where, in whom, in how many, and the study."""
    return [
        [
            f"{row.place}, {row.part.lower()}",
            row.group.who,
            row.group.found,
            row.group.of,
            Link(
                row.study.citation, f"#source-{row.study.id}" if row.study in text.sources else row.study.link
            ),
        ]
        for row in journal().library.drawn
    ]


def report_page(text: Text, comment: Opened, form: ReportForm, *, refused: bool = False) -> str:
    """One comment, and the form to ask that somebody look at it again."""
    return render_template(
        "journal/report.html",
        here="journal",
        text=text,
        comment=comment,
        form=form,
        problems=problems_of(form) if refused else {},
        most=MOST_NOTE,
    )
