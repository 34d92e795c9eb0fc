"""The e-mail with the link to a basket, to whoever asked for it."""

from typing import Final

from shop.basket_links import basket_links
from shop.basket_links.basket_links import Claimed
from shop.emails.email_blocks import Block, Link, Paragraph
from shop.emails.other_emails import Said, Sender, send
from shop.web.dates import minute

KIND: Final = "basket-link"
"""What it is called beside the kinds of e-mails about orders."""
SUBJECT: Final = "The link you asked for"


def send_next(sender: Sender) -> bool:
    """Send the link that has waited longest. Give whether there was one.

    Claimed in one transaction, sent in none, noted in another: killed in between, it is sent once more with
    the same Message-ID, never lost. Then its address is forgotten.
    """
    with sender.database.looking() as session:
        if not basket_links.any_due(session):
            return False
    with sender.database.transaction() as session:
        claimed = basket_links.claim(session, sender.vault)
    if claimed is None:
        return False
    if send(sender, claimed, said(claimed, sender.site_url)) is not None:
        with sender.database.transaction() as session:
            basket_links.sent(session, sender.vault, claimed)
    return True


def said(claimed: Claimed, site_url: str) -> Said:
    """What the e-mail says: no piece and no word of theirs."""
    blocks: list[Block] = [
        Paragraph("Somebody, most likely you, asked on our site to go on here:"),
        Link("Open it", f"{site_url}/continue/{claimed.code}"),
        Paragraph(
            f"The link works until {minute(claimed.until)}, on any device. Whoever has it sees what was "
            "written, so please pass it on only to somebody you trust. Nothing is ordered by it."
        ),
        Paragraph(
            "Your address was kept for this e-mail alone, and is erased now. If it was not you who asked, "
            "please leave it: the link ends by itself.",
            tone="soft",
        ),
    ]
    return Said(SUBJECT, blocks)
