"""An e-mail as plain text: the same blocks as in HTML, a line for a line."""

from collections.abc import Iterable
from typing import Final

from shop.emails.email_blocks import (
    Block,
    Form,
    Greeting,
    Heading,
    Items,
    Link,
    Paragraph,
    Pieces,
    Quote,
    Rows,
    Verbatim,
)
from shop.emails.email_lines import EmailLine
from shop.text.direction import isolated
from shop.trader import Trader

GAP: Final = "_" * 24


def plain(blocks: Iterable[Block], trader: Trader | None = None) -> str:
    """The blocks with an empty line between each two; without a trader there is no form for cancelling."""
    return "\n\n".join(_block(block, trader) for block in blocks)


def _block(block: Block, trader: Trader | None) -> str:  # noqa: PLR0911
    match block:
        case Greeting() | Paragraph():
            return _sentences(block)
        case Heading():
            return block.said
        case Items():
            return "\n".join(f"- {item}" for item in block.items)
        case Rows():
            return "\n".join(f"{row.name}: {row.value}" for row in block.rows)
        case Pieces():
            return "\n\n".join(_piece(line) for line in block.lines)
        case Quote():
            return "\n".join([block.said, *map(isolated, block.lines)])
        case Verbatim():
            return "\n".join(block.lines)
        case Link():
            return f"{block.said}:\n{block.url}"
        case Form():
            return _form(trader) if trader else ""


def _sentences(block: Greeting | Paragraph) -> str:
    if isinstance(block, Greeting):
        return f"Dear {isolated(block.name)}," if block.name else "Hello,"
    before, strong, after = block.parts
    return f"{before}{isolated(strong) if block.theirs else strong}{after}"


def _piece(line: EmailLine) -> str:
    words = [
        said
        for where, text, letters in line.words
        for said in (f"   {where}: “{isolated(text)}”", f"   Letter by letter: {letters}")
    ]
    faces = ", ".join(f"“{isolated(text)}” in {name}" for text, name in line.lettered) or line.lettering
    lettering = [f"   Lettering: {faces}"] if faces else []
    artwork = [f"   {where}: {said}" for where, said in line.artwork]
    note = [f"   {line.note}"] if line.note else []
    title = f"{line.title}: {line.price}" if line.price else line.title
    return "\n".join([title, *words, *lettering, *artwork, *note])


def _form(trader: Trader) -> str:
    return "\n".join(f"{line} {GAP}" if line.endswith(":") else line for line in form_lines(trader))


def form_lines(trader: Trader) -> list[str]:
    """The form for cancelling, as the schedule words it; what is to be filled in ends with a colon."""
    return [
        "Complete and return this form only if you wish to withdraw from the contract.",
        f"To {trader.legal_name}, {', '.join(trader.address)}, {trader.email}",
        "I/We* hereby give notice that I/We* cancel my/our* contract of sale of the following goods:",
        "Ordered on*/received on*:",
        "Name of consumer(s):",
        "Address of consumer(s):",
        "Signature of consumer(s) (only if this form is notified on paper):",
        "Date:",
        "* Delete as appropriate",
    ]
