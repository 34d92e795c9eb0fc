"""No field of any form answers in WTForms' own words: at each of them the shop speaks."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import wtforms
from flask import Flask
from wtforms import DateField, IntegerField, SelectField

from shop.accounts.forms import PasswordForm
from shop.catalogue import snapshot
from shop.checkout.back_in_stock_routes import BackInStockForm
from shop.web.day_field import NO_DAY
from shop.web.form_sentences import ANY_OTHER, SENTENCES
from shop.web.forms import Form
from tests.shopper import harness_of

CATALOGUE = (Path(wtforms.__file__).parent / "locale" / "wtforms.pot").read_text()
THEIRS = set(re.findall(r'^msgid(?:_plural)? "(.+)"$', CATALOGUE, re.MULTILINE))
"""Every sentence that WTForms has, from its own list for translators."""

JUNK = ("", " ", "x", "x" * 5000, "31/02/2026", "2026-13-45", "9" * 30, "-1.5", "\u202ex\x00", "nan")


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


def forms(kind: type[Form] = Form) -> Iterator[type[Form]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("shop."):
            yield below
            yield from forms(below)


def made(app: Flask, kind: type[Form]) -> Form:
    """The form from what was sent; a choice that is offered by its page has nothing to offer here."""
    more: dict[str, object] = {"email": "ada@example.com"} if issubclass(kind, PasswordForm) else {}
    if kind is BackInStockForm:
        with harness_of(app).database.reading() as session:
            more = {"piece": snapshot.load(session).by_slug["disc"]}
    form = kind(**more)
    for field in form:
        if isinstance(field, SelectField) and field.choices is None:
            field.choices = []
    return form


def answers(app: Flask, kind: type[Form], junk: str | None) -> Iterator[tuple[str, str]]:
    """What each field says to this in every one of them, or to none of them sent."""
    with app.test_request_context("/", method="POST"):
        names = [field.name for field in made(app, kind)] if junk is not None else []
    with app.test_request_context("/", method="POST", data=dict.fromkeys(names, junk)):
        form = made(app, kind)
        form.validate()
        yield from ((f"{kind.__name__}.{field.id}", str(said)) for field in form for said in field.errors)


def is_theirs(said: str) -> bool:
    patterns = [re.sub(r"%\\\(\w+\\\)[sd]", ".*", re.escape(one)) for one in THEIRS]
    return any(re.fullmatch(pattern, said) for pattern in patterns)


def test_what_wtforms_says_is_known() -> None:
    assert is_theirs("Not a valid date value.")
    assert is_theirs("Field cannot be longer than 3 characters.")
    assert not is_theirs("Please write the day like 24/12/2026.")
    assert set(SENTENCES) <= THEIRS, "WTForms says something otherwise now"


def test_no_field_of_any_form_answers_in_words_that_are_not_ours(app: Flask) -> None:
    said = {one for kind in forms() for junk in (None, *JUNK) for one in answers(app, kind, junk)}
    sentences = {sentence for _, sentence in said}
    assert {NO_DAY, "Please enter a whole number, such as 5."} <= sentences
    assert sorted(one for one in said if is_theirs(one[1]) or one[1] == ANY_OTHER) == []


def test_a_new_field_without_a_sentence_still_speaks_as_the_shop_does(app: Flask) -> None:
    class Later(Form):
        day = DateField("Day", format="%Y")
        sum = IntegerField("Sum", [wtforms.validators.NumberRange(1, 2)])
        address = wtforms.StringField("Address", [wtforms.validators.URL()])

    with app.test_request_context("/", method="POST", data={"day": "x", "sum": "7", "address": "x"}):
        form = Later()
        assert not form.validate()
    assert [form[name].errors[0] for name in ("day", "sum", "address")] == [
        "Please write the day like 24/12/2026.",
        ANY_OTHER,
        ANY_OTHER,
    ]
