"""The e-mail with the link to pay by, to whoever ordered by telephone or letter."""

from typing import Final

from shop.emails.email_blocks import Block, Link, Paragraph
from shop.emails.other_emails import Said, Sender, send
from shop.money import pounds_and_pence
from shop.payment_links import link_emails
from shop.payment_links.link_emails import Claimed
from shop.payment_links.models import Via
from shop.web.dates import minute

KIND: Final = "payment-link"
"""What it is called beside the kinds of e-mails about orders."""
SUBJECT: Final = "The link you asked us for"
ASKED: Final = {Via.TELEPHONE: "You telephoned us", Via.LETTER: "You wrote to us"}
TO_LOOK: Final = "Review your order and pay"


def send_next(sender: Sender) -> bool:
    """Send the link that has waited longest. Give whether there was one.

    Claimed in one transaction, sent in none, noted in another: killed in between, it is sent once more with
    the same Message-ID, never lost. The owner sees on the list of links that a server refused it.
    """
    with sender.database.looking() as session:
        if not link_emails.any_due(session):
            return False
    with sender.database.transaction() as session:
        claimed = link_emails.claim(session, sender.vault)
    if claimed is None:
        return False
    refused = send(sender, claimed, said(claimed, sender.site_url))
    if refused is not None:
        with sender.database.transaction() as session:
            link_emails.note(session, claimed, refused=refused)
    return True


def said(claimed: Claimed, site_url: str) -> Said:
    """What the e-mail says: no piece and no word of theirs."""
    asked = (
        f"{ASKED[claimed.via]}, and we have put your order together. Please check it here, letter by letter, "
        "and pay:"
    )
    sum_ = pounds_and_pence(claimed.total_pence)
    costs = (
        f"The total is {sum_}. We keep everything aside for you until {minute(claimed.until)}. We order and "
        "charge nothing until you have checked it and paid. You can change what is not right on those pages, "
        "or tell us."
    )
    blocks: list[Block] = [
        Paragraph(asked),
        Link(TO_LOOK, f"{site_url}/pay/{claimed.code}"),
        Paragraph(costs, strong=sum_),
        Paragraph("If you did not ask us for this, you need do nothing. It ends by itself.", tone="soft"),
    ]
    return Said(SUBJECT, blocks, claimed.name)
