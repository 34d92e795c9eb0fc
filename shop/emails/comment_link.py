"""The e-mail with the link by which a comment is taken back, to whoever left an address with it."""

from typing import Final

from shop.emails.email_blocks import Block, Link, Paragraph
from shop.emails.other_emails import Said

KIND: Final = "comment-link"
"""What it is called beside the kinds of e-mails about orders."""
SUBJECT: Final = "Your link"


def said(link: str) -> Said:
    """What the e-mail says: neither the name nor a word of what was written."""
    blocks: list[Block] = [
        Paragraph(
            "Somebody, most likely you, wrote something on our site and left this address with it. Here you "
            "see where it stands, and can take it back at any time:"
        ),
        Link("Look at it, or take it back", link),
        Paragraph(
            "Whoever has this link can take it back. If it was not you who wrote, please take it away there, "
            "and your address is erased at once.",
            tone="soft",
        ),
    ]
    return Said(SUBJECT, blocks)
