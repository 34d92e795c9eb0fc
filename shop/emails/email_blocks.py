"""What an e-mail is made of: blocks that text and HTML show alike, so that both say the same."""

from collections.abc import Sequence
from dataclasses import field
from typing import ClassVar, TypeAlias

from shop.emails.email_lines import EmailLine
from shop.frozen import frozen


@frozen
class Greeting:
    """Who is greeted; nobody by name where it is not known."""

    form: ClassVar[str] = "greeting"

    name: str = field(default="", repr=False)


@frozen
class Paragraph:
    """Sentences. `strong`, if it stands in them, is set off; a single word of it is never broken."""

    form: ClassVar[str] = "paragraph"

    said: str = field(repr=False)
    strong: str = ""
    theirs: bool = False
    """Whether the strong part is what somebody typed."""
    tone: str = "ink"
    """ink, gift (what is given), soft, or sign, for who writes."""

    @property
    def parts(self) -> tuple[str, str, str]:
        """What stands before the strong part, it, and what stands after it."""
        return self.said.partition(self.strong) if self.strong else (self.said, "", "")

    @property
    def whole(self) -> bool:
        """Whether the strong part is one word."""
        return " " not in self.strong


@frozen
class Heading:
    """What the following is about."""

    form: ClassVar[str] = "heading"

    said: str


@frozen
class Items:
    """Things in a list."""

    form: ClassVar[str] = "items"

    items: Sequence[str]


@frozen
class Row:
    """A name and a sum."""

    name: str
    value: str
    strong: bool = False


@frozen
class Rows:
    """Sums below each other."""

    form: ClassVar[str] = "rows"

    rows: Sequence[Row]


@frozen
class Pieces:
    """The units of an order with their words, pictures and prices."""

    form: ClassVar[str] = "pieces"

    lines: Sequence[EmailLine] = field(repr=False)


@frozen
class Quote:
    """Somebody's own words, line by line as they were written."""

    form: ClassVar[str] = "quote"

    said: str
    lines: Sequence[str] = field(repr=False)


@frozen
class Verbatim:
    """Lines for a program, exactly as they are."""

    form: ClassVar[str] = "verbatim"

    lines: Sequence[str]


@frozen
class Link:
    """A way to a page."""

    form: ClassVar[str] = "link"

    said: str
    url: str


@frozen
class Form:
    """The form for cancelling, of schedule 3 of the Consumer Contracts Regulations 2013, whole."""

    form: ClassVar[str] = "form"


Block: TypeAlias = Greeting | Paragraph | Heading | Items | Rows | Pieces | Quote | Verbatim | Link | Form
