"""A comment as the owner sees it: its words, how it stands, what was done with it, and what can be done."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Final

from shop.frozen import frozen
from shop.journal.comments import Done, Listed, Opened
from shop.journal.journal import journal
from shop.journal.models import State
from shop.web.cells import Link, Status
from shop.web.dates import minute

STANDS: Final[Mapping[State, Status]] = {
    State.HELD: Status("Waiting to be read", "wait"),
    State.SHOWN: Status("Shown", "good"),
    State.HIDDEN: Status("Not shown", "quiet"),
}
REPORTED: Final = Status("Reported by a reader", "bad")
WAS: Final[Mapping[str, str]] = {
    "shown": "shown",
    "hidden": "not shown",
    "removed": "removed",
    "reported": "reported by a reader",
    "address-read": "e-mail looked at",
    "address-erased": "e-mail erased",
}


@frozen
class CardButton:
    """Something that can be done with a comment: a form of one button."""

    label: str
    href: str
    kind: str
    fields: Mapping[str, str]


@frozen
class CommentCard:
    """One comment on the owner's page."""

    id: int
    name: str = field(repr=False)
    words: str = field(repr=False)
    stands: Sequence[Status]
    at_risk: bool
    sent_again: bool
    written: str
    post: Link | None
    """What it was written beneath; None when that is no longer there."""
    email: str | None = field(repr=False)
    """The writer's, once somebody has asked for it."""
    history: Sequence[tuple[str, str | None]] = field(repr=False)
    """What was done, and the note that came with it."""
    buttons: Sequence[CardButton]


def comment_card(listed: Listed, email: str | None) -> CommentCard:
    """One comment, with the writer's e-mail when it is to be shown this once."""
    comment, row = listed.comment, listed.comment.row
    post = journal().posts.get(row.post)
    return CommentCard(
        id=comment.id,
        name=comment.name,
        words=comment.words,
        stands=[STANDS[comment.state], *([REPORTED] if row.reported_at else [])],
        at_risk=row.at_risk,
        sent_again=listed.sent_again,
        written=minute(row.written_at),
        post=Link(post.front.title, f"/journal/{row.post}") if post else None,
        email=email,
        history=[(_done(event), event.note) for event in listed.events],
        buttons=_buttons(comment, email),
    )


def _done(event: Done) -> str:
    return f"{minute(event.at)}: {WAS.get(event.kind, event.kind)}, {event.actor}"


def _buttons(comment: Opened, email: str | None) -> list[CardButton]:
    state, row, page = comment.state, comment.row, f"/owner/comments/{comment.id}"

    def decision(label: str, to: State, kind: str) -> CardButton:
        return CardButton(label, f"{page}/decisions", kind, {"decision": to})

    found = []
    if state is not State.SHOWN:
        found.append(decision("Show it", State.SHOWN, "main"))
    elif row.reported_at:
        found.append(decision("Leave it shown", State.SHOWN, "main"))
    if state is not State.HIDDEN:
        found.append(decision("Do not show it", State.HIDDEN, "quiet"))
    found.append(decision("Remove it for good", State.REMOVED, "link"))
    if row.email_sealed and not email:
        found.append(CardButton("Look at the e-mail", f"{page}/address-views", "link", {}))
    return found
