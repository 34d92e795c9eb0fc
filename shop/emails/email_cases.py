"""Every case of every e-mail, with a sample order: what `/owner/emails` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from shop.claims import send_backs, threads
from shop.emails.email_facts import PAID_TWICE
from shop.emails.sample_orders import OTHER, SampleOrder, SampleRefund, SampleUnit
from shop.fulfilment import begun, corrections, late, parcel_corrections, parcels, questions, undelivered
from shop.fulfilment.stages import Hold, Stage
from shop.orders import email_change, hand_drawings, resend_link
from shop.orders.hand_drawings import Step
from shop.orders.states import State
from shop.payments import cancelling, supplements, unit_exchange

SAMPLE_TRACKING: Final = "XX000000005GB"
"""Nobody's, and of a valid form: its check digit is that of S10."""
PLAIN: Final = SampleUnit()
WORDS: Final = SampleUnit("Wren")
BY_HAND: Final = SampleUnit("ᏣᎳᎩ", by_hand=True)
CANCELLED: Final = replace(WORDS, held=Hold.CANCELLED)
PIECE: Final = SampleRefund((1,))
FIRST: Final = replace(PIECE, postage=True)
DRAWN: Final = SampleUnit("ᏣᎳᎩ", by_hand=True, drawing=Step.SENT)

Case = tuple[str, SampleOrder]
"""What it is, and an order of which it is so."""


def _gone(unit: SampleUnit) -> SampleUnit:
    return SampleUnit(unit.words, by_hand=unit.by_hand, stage=Stage.REFUNDED)


def _at(unit: SampleUnit, stage: Stage) -> SampleUnit:
    return SampleUnit(unit.words, stage=stage)


CASES: Final[Mapping[str, Sequence[Case]]] = {
    "order-confirmation": (
        ("With words", SampleOrder([WORDS])),
        ("Without words", SampleOrder([PLAIN])),
        ("To somebody else", SampleOrder([WORDS, PLAIN], OTHER, as_gift=True)),
        ("Drawn by hand", SampleOrder([BY_HAND])),
        ("Sent once more, after engraving has begun", SampleOrder([_at(WORDS, Stage.ENGRAVING), WORDS])),
        ("Sent once more, after a refund", SampleOrder([WORDS, _gone(PLAIN)])),
        ("Sent once more, from before its terms were kept", SampleOrder([PLAIN], terms_kept=False)),
    ),
    corrections.WORDS_EMAIL: (("The words were put right", SampleOrder([WORDS, PLAIN])),),
    unit_exchange.EMAIL: (
        ("It costs less", SampleOrder([WORDS], about="cheaper")),
        ("It costs the same", SampleOrder([WORDS, PLAIN], about="same")),
        ("It costs more, which was paid", SampleOrder([WORDS], about="dearer")),
    ),
    supplements.EMAIL: (("It can be paid", SampleOrder([WORDS, PLAIN])),),
    supplements.RETURNED_EMAIL: (
        ("It was too late", SampleOrder([_at(WORDS, Stage.ENGRAVING)], about="late")),
        ("What was to be paid did not arrive", SampleOrder([WORDS, PLAIN], about="unpaid")),
    ),
    hand_drawings.EMAIL: (("A drawing waits", SampleOrder([DRAWN])),),
    begun.EMAIL: (
        ("All that has words", SampleOrder([_at(WORDS, Stage.ENGRAVING), PLAIN])),
        ("Some of it", SampleOrder([_at(WORDS, Stage.ENGRAVING), WORDS])),
    ),
    questions.EMAIL: (("A piece rests", SampleOrder([replace(WORDS, held=Hold.QUESTION)])),),
    "sold-out": (("The last had gone", SampleOrder([PLAIN], state=State.REFUNDED)),),
    PAID_TWICE: (("Two payments", SampleOrder([WORDS])),),
    "refund": (
        ("Some of the price", SampleOrder([WORDS, PLAIN], refunds=[SampleRefund(pence=1000)])),
        (
            "A piece and the postage",
            SampleOrder([WORDS, _gone(PLAIN)], refunds=[SampleRefund((2,), postage=True)]),
        ),
        ("All of it", SampleOrder([_gone(WORDS)], refunds=[SampleRefund((1,), postage=True)])),
        ("Out of goodwill", SampleOrder([WORDS], refunds=[SampleRefund(pence=500, goodwill=True)])),
        ("By other means", SampleOrder([WORDS], refunds=[SampleRefund(pence=500, elsewhere=True)])),
    ),
    cancelling.EMAIL: (
        ("A piece", SampleOrder([_gone(WORDS), PLAIN], state=State.PART_REFUNDED, refunds=[PIECE])),
        ("All of it", SampleOrder([_gone(WORDS)], state=State.REFUNDED, refunds=[FIRST])),
        ("A piece, whose money is still to go", SampleOrder([CANCELLED, PLAIN])),
    ),
    late.EMAIL: (("The day promised cannot be kept", SampleOrder([WORDS], about="2026-12-01")),),
    "refund-returned": (
        ("The bank sent it back", SampleOrder([WORDS], refunds=[SampleRefund(pence=1000, came_back=True)])),
    ),
    "disputed": (
        ("While it is made", SampleOrder([WORDS], state=State.DISPUTED)),
        ("After it was posted", SampleOrder([_at(PLAIN, Stage.POSTED)], state=State.DISPUTED)),
    ),
    send_backs.EMAIL: (("The notice is acknowledged", SampleOrder([_at(PLAIN, Stage.DELIVERED)])),),
    undelivered.CAME_BACK: (("Refused at the door", SampleOrder([_at(PLAIN, Stage.PACKED)])),),
    undelivered.LOST: (("It is made again", SampleOrder([PLAIN])),),
    parcels.EMAIL: (
        ("With a tracking number", SampleOrder([_at(PLAIN, Stage.POSTED)], tracking=SAMPLE_TRACKING)),
        ("Without one", SampleOrder([_at(PLAIN, Stage.POSTED)])),
    ),
    threads.EMAIL: (("Somebody has answered", SampleOrder([_at(PLAIN, Stage.POSTED)])),),
    email_change.ASKED: (("To the address that stands", SampleOrder([PLAIN])),),
    email_change.CONFIRM: (("To the new address", SampleOrder([PLAIN])),),
    email_change.CHANGED: (("To the former address", SampleOrder([PLAIN])),),
    parcel_corrections.DELIVERY_EMAIL: (
        ("The address was put right", SampleOrder([PLAIN])),
        ("A holiday there makes it later", SampleOrder([PLAIN], later_there=True)),
    ),
    parcel_corrections.CARD_EMAIL: (("The dedication was put right", SampleOrder([PLAIN])),),
    resend_link.KIND: (("Asked for on the site", SampleOrder([WORDS])),),
}
