"""The two e-mails to whoever asked to be told when a sold-out variant can be had again.

The first has a link that takes it back, the second says that it can be had.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy.orm import Session

from shop.catalogue import snapshot
from shop.catalogue.views import PieceView, VariantView
from shop.emails.email_blocks import Block, Items, Link, Paragraph
from shop.emails.other_emails import Said, Sender, send
from shop.restock import waiting
from shop.restock.waiting import Claimed

KIND: Final = "back-in-stock"
"""What they are called beside the kinds of e-mails about orders."""
SUBJECT: Final = "Back in stock, as you asked"
ASKED: Final = "We write to you once, as you asked"


def tell_who_waits(sender: Sender) -> bool:
    """Write to whoever is first. Give whether there was anybody.

    Claimed in one transaction, sent in none, noted or forgotten in another: killed in between, it is sent
    once more with the same Message-ID, never lost. An address that takes no e-mail is forgotten, too.
    """
    with sender.database.looking() as session:
        if not waiting.anybody(session):
            return False
    return _send_receipt(sender) or _tell(sender)


def _send_receipt(sender: Sender) -> bool:
    with sender.database.transaction() as session:
        claimed = waiting.claim_receipt(session, sender.vault)
        found = snapshot.load(session).find(claimed.variant_id) if claimed else None
    if claimed is None or found is None:
        return False
    said = receipt(*found, f"{sender.site_url}/back-in-stock/{claimed.token}")
    _send(sender, claimed, said, waiting.receipt_sent)
    return True


def _tell(sender: Sender) -> bool:
    with sender.database.transaction() as session:
        catalogue = snapshot.load(session)
        waiting.note_free(session, [v.id for p in catalogue.pieces for v in p.variants if v.available])
        claimed = waiting.claim(session, sender.vault)
    found = catalogue.find(claimed.variant_id) if claimed else None
    if claimed is None or found is None:
        return False
    said = back(*found, sender.site_url)
    _send(sender, claimed, said, lambda session, request: waiting.forget(session, sender.vault, request))
    return True


def receipt(piece: PieceView, variant: VariantView, link: str) -> Said:
    """That it was asked."""
    blocks: list[Block] = [
        Paragraph("Someone, most likely you, asked us to say when this is back in stock:"),
        Items([_named(piece, variant)]),
        Paragraph(
            "When it is, we send you one e-mail and erase your address. If you would rather not have it, "
            "or you did not ask, stop it here. We then erase your address at once:"
        ),
        Link("Stop this e-mail", link),
    ]
    return Said(ASKED, blocks)


def back(piece: PieceView, variant: VariantView, site_url: str) -> Said:
    """That it can be had again."""
    blocks: list[Block] = [
        Paragraph("You asked us to say when this is back in stock:"),
        Link(_named(piece, variant), f"{site_url}/pieces/{piece.slug}"),
        Paragraph("It is. We have not set one aside for you."),
        Paragraph("We do not write about it again. We kept your address for nothing else, and erase it now."),
    ]
    return Said(SUBJECT, blocks)


def _named(piece: PieceView, variant: VariantView) -> str:
    return f"{piece.name}, {variant.metal_name}, {variant.chain_inches} inch chain"


def _send(sender: Sender, claimed: Claimed, said: Said, note: Callable[[Session, int], None]) -> None:
    """Send it, and `note` that it was. An address that never takes it is forgotten."""
    refused = send(sender, claimed, said)
    if refused is None:
        return
    with sender.database.transaction() as session:
        if refused:
            waiting.forget(session, sender.vault, claimed.id)
        else:
            note(session, claimed.id)
