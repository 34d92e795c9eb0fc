"""Sixty things that people paste, dictate and type, and one rule for them in every field of the shop."""

from collections.abc import Callable
from datetime import date
from typing import Final

import pytest
from flask import Flask, current_app, request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from shop import web
from shop.accounts.passkey_routes import NewPasskeyForm
from shop.checkout.forms import Text
from shop.corrections.corrector import Corrector
from shop.dedications.words import (
    DedicationRefused,
    check_dedication,
    check_gift_message,
    check_message,
    check_note,
    check_wall_name,
)  # fmt: skip
from shop.engraving import HAND, Area, EngravingRefused, check, field_name, words_in
from shop.finance.agreement_forms import AgreementForm
from shop.finance.correction_pages import CorrectionForm
from shop.finance.remittances import PaymentForm, UndoForm
from shop.finance.uploads import DocumentForm, TakeBackForm
from shop.fulfilment.parcels import tidy
from shop.fulfilment.ticket_codes import read_code
from shop.journal.forms import CommentForm, kept
from shop.money import NotAnAmount, read_pounds
from shop.orders import saved_views
from shop.owner.sales import SaleForm
from shop.owner.stock import MovementForm
from shop.telephone.caller_claims import CallerClaimForm
from shop.telephone.caller_emails import CallerEmailForm
from shop.text.typed_days import read_day
from shop.text.typed_text import kept_code, kept_text
from tests.engines import ONE_ENGINE

SAME: Final = (
    "Wren",
    "mcKENZIE-o’Neill", "O'Neill", "“Noa”", "‘til we meet", "Zoë", "Siân ap Gwynfor", "ß ẞ ı İ", "Łukasz",
    "Nguyễn Thị Ánh", "Ōtautahi", "two  spaces", "1st — 2nd – 3-4", "½ ° № £5", "3.5.2018", "(2014)",
    "#1 @home",    "ﬁnn", "x²", "a…b", "C\u00a0D", "a\u202fb", "Ａｄａ",
    "נועה!", "נֹעָה", "نور", "علی\u200cرضا", "می\u200cخواهم", "آرزو", "Ιωάννα", "Аня",
    "Ґалаґан", "Հայկ", "ნინო",
    "दर्\u200dया", "ক্ষমা", "ਗੁਰਪ੍ਰੀਤ", "கீதா", "ന്\u200d", "ප්\u200dරියා", "สมหญิง", "ဇော်", "ភ្នំ", "አበበ",
    "李明", "葛\U000e0100城", "さくら", "김서연", "ᏣᎳᎩ", "🤍", "❤\ufe0f",
    "❤\ufe0f\u200d🔥", "👩\u200d👧", "👩🏽\u200d🦰",
    "🏴\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",
    "1️⃣", "🇬🇧", "\U0001fae8", "♡ ☆ ♾", "<b>&amp;", "{{7*7}}", "';--",
)  # fmt: skip
"""Kept to the letter."""

MENDED: Final = {
    "\u202a020 7946 0000\u202c": "020 7946 0000",
    "\u2066Ada\u2069": "Ada",
    "\ufeffAda": "Ada",
    "A\u00adda": "Ada",
    "A\u200bda": "Ada",
    "\u200eAda\u200f": "Ada",
    "Ada\u2060": "Ada",
    "A\u200dda": "Ada",
    "Mia\ufe0f": "Mia",
    "\u200dنور": "نور",
    "Zoe\u0308": "Zoë",
    "a\tb": "a b",
    "\u061cنور": "نور",
    "A\u3164da": "Ada",
}
"""What cannot be seen and means nothing is left out; the same letter is the same."""

REFUSED: Final = ("\u202eabc", "a\u202db", "a\0b", "a\x1bb", "a\x7fb", "\ue000", "\ufffe", "\ufdd0")
"""They would read otherwise than they were seen, or cannot be printed."""

FRONT: Final = Area("front", "Front", "disc", 16, 16, 1)


class Details(Form):
    name = Text("Name")


def in_a_form(kind: type[web.Form], field: str) -> Callable[[str], str | None]:
    """What a form of the shop keeps of a field, as the request brings it; None where it refuses it."""

    def read(typed: str) -> str | None:
        with current_app.test_request_context(method="POST", data={field: typed}):
            form = kind(meta={"csrf": False})
            fine = form[field].validate(form, [getattr(kind, f"validate_{field}")])
            return str(form[field].data) if fine else None

    return read


def as_a_reason(typed: str) -> str | None:
    with current_app.test_request_context(method="POST", data={"why": typed}):
        who = Corrector("owner@example.com", "/owner", asks_why=True)
        return None if who.problems else who.why


def as_a_view(typed: str) -> str | None:
    with web.transaction() as session:
        try:
            return saved_views.save(session, typed, "")
        except saved_views.NoName:
            return None


def engraved(typed: str) -> str | None:
    try:
        found = check([FRONT], HAND, words_in({field_name("front", 1): typed}, [FRONT]))
    except EngravingRefused:
        return None
    return found.lines[0].text if found else ""


def in_words(check_words: Callable[[str], str | None]) -> Callable[[str], str | None]:
    def read(typed: str) -> str | None:
        try:
            return check_words(typed)
        except DedicationRefused:
            return None

    return read


def in_details(typed: str) -> str | None:
    form = Details(MultiDict({"name": typed}))
    return form.name.clean if form.validate() else None


def in_a_comment(typed: str) -> str | None:
    form = CommentForm(MultiDict({"name": "Ada", "words": typed}), meta={"csrf": False})
    return kept(form.words.data) if form.validate() else None


FIELDS: Final[dict[str, Callable[[str], str | None]]] = {
    "an engraving": engraved,
    "a dedication": in_words(check_dedication),
    "a gift message": in_words(check_gift_message),
    "a name on the wall": in_words(check_wall_name),
    "a message to us": in_words(check_message),
    "a note": in_words(check_note),
    "a name or address": in_details,
    "a comment": in_a_comment,
    "why the owner corrects it": as_a_reason,
    "why it is corrected for a caller": in_a_form(CallerEmailForm, "why"),
    "how a caller told of it": in_a_form(CallerClaimForm, "why"),
    "the name of a view": as_a_view,
    "the name of a passkey": in_a_form(NewPasskeyForm, "name"),
    "a note about stock": in_a_form(MovementForm, "note"),
    "a note about a sale elsewhere": in_a_form(SaleForm, "note"),
    "a payment's receipt": in_a_form(PaymentForm, "receipt"),
    "why a payment is undone": in_a_form(UndoForm, "reason"),
    "what was wrong with a payment": in_a_form(CorrectionForm, "reason"),
    "what a document is": in_a_form(DocumentForm, "note"),
    "why a document is taken back": in_a_form(TakeBackForm, "reason"),
    "a charity's name": in_a_form(AgreementForm, "charity_name"),
    "what a charity is": in_a_form(AgreementForm, "charity_description"),
}


def test_there_are_sixty_and_more() -> None:
    assert len({*SAME, *MENDED, *REFUSED}) >= 80


@ONE_ENGINE
@pytest.mark.parametrize("field", FIELDS)
def test_every_field_keeps_mends_and_refuses_the_same(app: Flask, field: str) -> None:
    with app.test_request_context():
        read = FIELDS[field]
        assert {typed: read(typed) for typed in SAME} == {typed: typed for typed in SAME}
        assert {typed: read(typed) for typed in MENDED} == MENDED
        assert {typed: read(typed) for typed in REFUSED} == dict.fromkeys(REFUSED)


@ONE_ENGINE
@pytest.mark.parametrize("enctype", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_whatever_field_is_sent_comes_as_it_is_kept_and_a_password_as_it_was_sent(
    app: Flask, enctype: str
) -> None:
    for typed, kept_as in MENDED.items():
        sent = {"any": typed, "password": typed, "lines": f"a\tb{typed}"}
        with app.test_request_context(
            method="POST", data=sent, content_type=enctype, query_string={"q": typed}
        ):
            assert request.form.to_dict() == sent | {"any": kept_as}
            assert request.args["q"] == kept_as


def test_days_and_sums_that_were_pasted_are_read() -> None:
    assert read_day("\u202a１５\u00a0December\u3000２０２６\u202c", date(2026, 11, 28)) == date(2026, 12, 15)
    assert read_pounds("\u00a0£\u00a084.00 ") == 8400
    for typed in ("8²", "８４", "84⁰"):
        with pytest.raises(NotAnAmount):
            read_pounds(typed)


@pytest.mark.parametrize(
    "typed", ["ＡＢ１２３４５６７８５ＧＢ", "\u202aAB 1234\u00a05678 5GB", "ab123456785gb"]
)
def test_a_parcels_number_loses_none_of_its_signs(typed: str) -> None:
    assert tidy(typed) == "AB123456785GB"


@pytest.mark.parametrize(
    "typed", ["ＰＭ－７Ｋ３Ｑ－２Ｆ－１", "\u2066pm-7k3q-2f-1\u2069", "PM-7K3Q-2F-1\ufeff"]
)
def test_a_code_that_was_pasted_is_read(typed: str) -> None:
    assert read_code(typed) == ("PM-7K3Q-2F", 1)


def test_line_ends_of_every_kind_count_once() -> None:
    assert kept_text("a\r\nb\rc\u2028d\u2029e\u0085f") == "a\nb\nc\nd\ne\nf"


@pytest.mark.parametrize(
    ("typed", "kept_as"),
    [
        ("\u202a020\u00a07946\u00a00000\u202c", "020 7946 0000"), ("ＢＡ１\u3000１ＡＡ", "BA1 1AA"),
        ("\u2066PM-7K3Q-2F\u2069", "PM-7K3Q-2F"), ("ada@example.com\u200b ", "ada@example.com"),
        ("\ufeffBA1\t1AA", "BA1 1AA"),
    ],
)  # fmt: skip
def test_what_a_machine_reads_is_freed_of_what_came_along(typed: str, kept_as: str) -> None:
    assert kept_code(typed) == kept_as


@given(st.text(max_size=60))
def test_what_was_kept_once_is_kept_as_it_is(text: str) -> None:
    assert kept_text(kept_text(text)) == kept_text(text)
