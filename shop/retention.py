"""How long things are kept: one table that the privacy page shows and the code that forgets goes by.

UK GDPR articles 13(2)(a) and 5(1)(e): say how long, and keep nothing longer. Six years is how long a buyer
may claim on a contract in England and Wales, and how long records for tax and VAT are kept.
"""

from datetime import timedelta
from typing import Final

from shop.frozen import frozen

DAYS_OF_A_YEAR: Final = 365


@frozen
class RetentionRule:
    """One thing that is kept. `lasts` is counted from `since`; None means for as long as `since` says."""

    what: str
    why: str
    basis: str
    since: str
    lasts: timedelta | None = None

    @property
    def how_long(self) -> str:
        """The time in words: '30 days after it was last changed'."""
        return f"{_said(self.lasts)} {self.since}" if self.lasts else self.since


BASKET: Final = RetentionRule(
    "Your basket: the pieces, the words for them, and an address if you have got so far",
    "So that it is still there when you come back. Words and address are sealed, and only your own browser "
    "has the key, or whoever has the link to it that you made. If we fill it for you, as you asked us to, we "
    "keep the key, sealed with your name and e-mail, until the order is paid for or given up; then it is "
    "erased.",
    "What you asked for before buying (contract)",
    "after it was last changed",
    timedelta(days=30),
)
BASKET_LINK: Final = RetentionRule(
    "A link to your basket, if you make one, and the e-mail address it is to be sent to, both sealed",
    "So that you can go on with it on another device. The address is erased as soon as the e-mail is sent.",
    "What you asked for before buying (contract)",
    "after you made it; sooner if you end it",
    timedelta(days=3),
)
ORDER: Final = RetentionRule(
    "Your order: names, address, e-mail, telephone if you gave one, the words to be cut, the dedication, the "
    "message for the slip, the days you asked for, what we note and ask about it while we make it, and what "
    "is written on its page if something is not right, with any picture",
    "To make what you ordered, send it, write to you about it, and put right what was wrong. Sealed under a "
    "key of its own for each order; a digest of your e-mail finds the order again when you ask for its link, "
    "and digests of how your name, your postcode and the words to be cut begin find it when you ask us. "
    "They go with that key.",
    "Contract; for what your words say about health or family, your own choice to write them",
    "after the order; sooner if you ask",
    timedelta(days=6 * DAYS_OF_A_YEAR + 2),
)
UPLOAD: Final = RetentionRule(
    "A photograph of handwriting, a print or a drawing that you send for a piece, and the outline we trace",
    "To show you the outline on the piece. Both are sealed, and only your own browser has the key. The file "
    "itself, with the place where it was taken, is never kept. You can forget it at any time.",
    "What you asked for before buying (contract); for what it says about health or family, your own choice",
    "after you last used it, or when the link ends that we sent you with it; unless you buy a piece with it",
    timedelta(days=7),
)
PHOTOGRAPH: Final = RetentionRule(
    "That photograph, once you buy the piece",
    "So that the original lies beside the outline when it is looked at and cut. It is sealed under a key of "
    "its own, which is destroyed with it. The outline is kept as the words of your order are.",
    "Contract; for what it says about health or family, your own choice to send it",
    "after the piece has arrived; at once if you ask",
    timedelta(days=90),
)
FINISHED: Final = RetentionRule(
    "Our own photograph of each side of your finished piece, and what it shows letter by letter",
    "So that no wrong letter leaves the bench. Both are sealed like the photograph before, under keys of "
    "their own, which are destroyed with them. Only who makes the piece sees them, and you, if you ask.",
    "Contract",
    "after the piece has arrived; at once if you ask",
    PHOTOGRAPH.lasts,
)
RECORDS: Final = RetentionRule(
    "What was paid for which piece and when, refunds, and the payment’s number at Stripe, without your name",
    "Accounts and tax.",
    "Legal obligation",
    "For as long as the law asks for accounts, and no less than six years",
)
DONATIONS: Final = RetentionRule(
    "The donation of each piece in our ledger: an order’s reference and an amount, never a name or a word",
    "To show the charity and anyone else what was given.",
    "Legal obligation",
    "For good: nothing in the ledger is ever deleted",
)
NETWORK: Final = RetentionRule(
    "The network you go to pay from, and the larger one it may be part of, as keyed digests that name nobody",
    "So that no single visitor can set everything aside while others wait.",
    "Our interest in a shop that is open to everyone",
    "at most after you went to pay; sooner, once it is paid or the page is closed",
    timedelta(hours=1),
)
TRIES: Final = RetentionRule(
    "Tries to sign in, to find an order, to comment or to be told of a piece, as digests that name nobody",
    "So that nobody can guess a password or send e-mails in another’s name.",
    "Our interest in keeping your order safe",
    "after the last try",
    timedelta(hours=1),
)
STAFF: Final = RetentionRule(
    "Sign-ins of the people who work here, and of the charity’s people, who see the account of gifts alone",
    "So that nobody else sees an order.",
    "Our interest in keeping your order safe",
    "after the sign-in",
    timedelta(days=7),
)
SECURITY_LOG: Final = RetentionRule(
    "A line in the log of our computers for each sign-in, right or wrong, as keyed digests that name nobody",
    "So that we can see whether somebody tried to get in.",
    "Our interest in keeping your order safe",
    "For 90 days at most",
)
CORRESPONDENCE: Final = RetentionRule(
    "What you write to us",
    "To answer.",
    "Our interest in answering you, or the contract if it is about an order",
    "after our last answer; sooner if you ask",
    timedelta(days=2 * DAYS_OF_A_YEAR),
)

COMMENT: Final = RetentionRule(
    "What you write under a post, and the name you write it under; your e-mail never stands there",
    "So that others can read it, once a person has. You can take it back at any time, and then it is erased.",
    "Your own choice to publish it (consent)",
    "For as long as it stands under the post",
)
COMMENT_HIDDEN: Final = RetentionRule(
    "The words of a comment that was not shown",
    "So that we can answer if you ask why.",
    "Our interest in keeping the page kind",
    "after it was decided",
    timedelta(days=90),
)
COMMENT_ADDRESS: Final = RetentionRule(
    "The e-mail you may give with a comment, sealed",
    "So that we can send you the link that takes it back, once, and write to you about it.",
    "Your own choice to give it (consent)",
    "after it was decided",
    timedelta(days=30),
)

STOCK_REQUEST: Final = RetentionRule(
    "The e-mail address you leave for a piece that is sold out, sealed, and which piece it is for",
    "So that we can tell you how to take it back, and once when it can be had again. Then it is erased.",
    "Your own choice to give it (consent)",
    "after you left it, if the piece has not come back by then",
    timedelta(days=180),
)

WALL: Final = RetentionRule(
    "A dedication you chose to share on the remembrance wall, and the name you gave with it",
    "So that others can read it. Taking it off, by the link on your order’s page, erases it there.",
    "Your own choice to publish it (consent)",
    "For as long as it is on the wall",
)

KEY_COPIES: Final = RetentionRule(
    "Copies of the keys that open what is sealed",
    "So that a broken disk does not take every order’s words. Once the last copy is gone that held the key "
    "of something erased or taken off the wall, no copy of anything can open it.",
    "Our interest in keeping your order safe",
    "after each was made",
    timedelta(days=35),
)
GONE: Final = RetentionRule(
    "That something was erased or withdrawn, as a digest that names nobody and holds no word",
    "So that a copy which is brought back can be told, before anybody sees it.",
    "Legal obligation: what was erased has to stay so",
    "For good",
)

KEPT: Final = (
    BASKET,
    BASKET_LINK,
    ORDER,
    UPLOAD,
    PHOTOGRAPH,
    FINISHED,
    RECORDS,
    DONATIONS,
    CORRESPONDENCE,
    WALL,
    COMMENT,
    COMMENT_HIDDEN,
    COMMENT_ADDRESS,
    STOCK_REQUEST,
    KEY_COPIES,
    GONE,
    NETWORK,
    TRIES,
    SECURITY_LOG,
    STAFF,
)
"""Everything, in the order the privacy page tells it."""


def lasts(rule: RetentionRule) -> timedelta:
    """How long a thing that has an end is rule. Raises ValueError for one that has none."""
    if rule.lasts is None:
        raise ValueError(f"no end is set for: {rule.what}")
    return rule.lasts


def _said(time: timedelta) -> str:
    hours, days, years = time // timedelta(hours=1), time.days, time.days // DAYS_OF_A_YEAR
    amount, unit = (years, "year") if years else (days, "day") if days else (hours, "hour")
    return f"{amount} {unit}{'' if amount == 1 else 's'}"
