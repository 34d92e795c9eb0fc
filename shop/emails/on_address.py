"""What is said when e-mails about an order are to go to another address."""

from collections.abc import Sequence

from shop.emails.email_blocks import Block, Link, Paragraph
from shop.emails.email_facts import EmailFacts
from shop.web.dates import day


def asked(facts: EmailFacts) -> Sequence[Block] | None:
    """To the address that stands: another was asked for."""
    if facts.change is None:
        return None
    said = (
        f"Somebody, most likely you, asked that our e-mails about order {facts.reference} go to "
        f"{facts.change.email} from now on. That begins once it is confirmed there; until then they come "
        "here."
    )
    not_you = "If it was not you, please take it back on the page of the order, or reply to this e-mail."
    return [Paragraph(said, strong=facts.change.email), Paragraph(not_you)]


def link(facts: EmailFacts) -> Sequence[Block] | None:
    """To the new address: nothing but the order's reference, for it may be a stranger's."""
    if facts.change is None:
        return None
    said = (
        f"Somebody, most likely you, asked that our e-mails about order {facts.reference} go to this "
        "address. If it was you, please open this page and press its button:"
    )
    once = (
        f"It works once, until {day(facts.change.row.expires_at)}. If it was not you, there is nothing to "
        "do: no other e-mail comes here."
    )
    page = Link("Confirm this address", f"{facts.site_url}{facts.change.link}")
    return [Paragraph(said, strong=facts.reference), page, Paragraph(once)]


def changed(facts: EmailFacts) -> Sequence[Block] | None:
    """To the former address: the last e-mail that goes there."""
    if facts.change is None:
        return None
    said = (
        f"Our e-mails about order {facts.reference} go to {facts.change.email} from now on, as it was asked "
        "for and confirmed there. This is the last one that comes to this address."
    )
    not_you = "If it was not you, please reply to this e-mail at once."
    return [Paragraph(said, strong=facts.change.email), Paragraph(not_you)]
