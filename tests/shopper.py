"""What somebody does in a browser without JavaScript: look at a page, fill its form in, send it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from shop.accounts import charity_people, sessions, staff
from shop.accounts.models import OpenedBy, SignInAttempt
from shop.catalogue import snapshot
from shop.catalogue.views import PieceView, VariantView
from shop.db import Database
from tests.harness import Harness

WORDS = {
    "engraving-front-1": "Caoimhe",
    "engraving-front-2": "14 May",
    "engraving-back-1": "Síle",
    "face": "marcellus",
    "dedication": "For you,\nalways",
}

DETAILS = {
    "email": "ada@example.com",
    "name": "Ada Byron",
    "line1": "12 Quiet Street",
    "line2": "Top floor",
    "town": "Bath",
    "postcode": "BA1 1AA",
    "phone": "01225 496 000",
    "postage": "tracked-24",
    "as_gift": "y",
    "gift_message": "With love",
}


FORM = re.compile(r"<form\b.*?</form>", re.DOTALL)


def soup(page: TestResponse) -> BeautifulSoup:
    """The page as a tree, to be read and not changed: whoever asks again gets the same."""
    return _tree(page.text)


@lru_cache(maxsize=4)
def _tree(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


@lru_cache(maxsize=64)
def _form(text: str) -> Tag:
    form = BeautifulSoup(text, "html.parser").form
    assert form
    return form


def controls(form: Tag) -> MultiDict[str, str]:
    """What a browser would send of a form as it stands."""
    sent: MultiDict[str, str] = MultiDict()
    for control in form.select("input, textarea, select"):
        name = control.get("name")
        ticked = control.get("type") in {"radio", "checkbox"}
        if not name or (ticked and not control.has_attr("checked")):
            continue
        if control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            sent.add(name, chosen.get("value", "") if chosen else "")
        elif control.name == "textarea":
            sent.add(name, control.text.removeprefix("\r\n").removeprefix("\n"))
        else:
            sent.add(name, control.get("value", "on" if ticked else ""))
    return sent


def form_on(page: TestResponse, action: str | None = None) -> tuple[Tag, MultiDict[str, str]]:
    """The page's form (with this action), and what it would send. The rest of the page is not parsed."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    for form in map(_form, FORM.findall(main)):
        if action is None or form.get("action") == action:
            return form, controls(form)
    raise AssertionError(f"no form to {action} on this page: {page.text}")


def title(page: TestResponse) -> str:
    return soup(page).title.text  # type: ignore[union-attr]


def summary(page: TestResponse) -> dict[str, str]:
    """The error summary: anchor ("" for none) to sentence."""
    found = {}
    for item in soup(page).select(".summary li"):
        link = item.find("a")
        found[link["href"] if link else ""] = item.text.strip()
    return found


def reason_beside(page: TestResponse, name: str) -> str:
    """The error that a screen reader reads with the field: its text, by way of aria-describedby."""
    error = soup(page).find(id=f"{name}-error")
    assert error, f"no error beside {name}: {summary(page)}"
    told = [
        tag
        for tag in soup(page).select("[aria-describedby]")
        if error["id"] in tag["aria-describedby"].split()
    ]
    assert told, f"nothing is described by {error['id']}"
    anchor = soup(page).find(id=name)
    assert anchor, f"the summary's link to {name} leads nowhere"
    return error.text.removeprefix("Error: ").strip()


@dataclass
class Shopper:
    """One visitor with their own cookies."""

    app: Flask
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    @property
    def database(self) -> Database:
        found: Database = self.app.extensions["shop"].database
        return found

    def get(self, address: str) -> TestResponse:
        return self.client.get(address)

    def send(
        self,
        page: str,
        action: str | None,
        changes: Mapping[str, str | list[str] | None] | None = None,
        *,
        to: str | None = None,
    ) -> TestResponse:
        """Load `page`, change its form's fields (None leaves one out), and send it."""
        _, sent = form_on(self.get(page), action)
        return self.post(to or action or page, changed(sent, changes or {}))

    def post(self, address: str, sent: Mapping[str, str] | MultiDict[str, str]) -> TestResponse:
        return self.client.post(address, data=sent)

    def add(self, slug: str = "disc", number: int = 0, **changes: str | None) -> TestResponse:
        """Put a piece into the basket, the disc with words."""
        words = WORDS if slug == "disc" else {}
        fields: dict[str, str | list[str] | None] = {
            **words,
            "variant": str(self.variant(slug, number).id),
            **{
                name.replace("_", "-") if name.startswith("engraving") else name: v
                for name, v in changes.items()
            },
        }
        return self.send(f"/pieces/{slug}", "/basket/lines", fields)

    def tell_details(self, **changes: str | None) -> TestResponse:
        return self.send("/checkout", "/checkout", {**DETAILS, **changes})

    def to_payment(self, slug: str = "disc") -> TestResponse:
        """All the way to the last look."""
        assert self.add(slug).status_code == 303
        assert self.tell_details().status_code == 303
        return self.get("/checkout/payment")

    def press_pay(self, **changes: str | None) -> TestResponse:
        return self.send("/checkout/payment", "/checkout/payment", {"acknowledged": "y", **changes})

    def lines(self) -> list[int]:
        """The ids of the lines in the basket."""
        found = soup(self.get("/basket")).select("form[action^='/basket/lines/']")
        return [int(str(form["action"]).split("/")[3]) for form in found]

    def piece(self, slug: str) -> PieceView:
        with self.database.reading() as session:
            return snapshot.load(session).by_slug[slug]

    def variant(self, slug: str, number: int = 0) -> VariantView:
        return self.piece(slug).variants[number]

    def sign_in(self, role: str, email: str = "") -> "Shopper":
        """Come in by a one-time link, as somebody who works here; from the charity, as if by passkey."""
        if role == "charity":
            return self._come_from_charity(email or "charity@example.com")
        with self.database.transaction() as session:
            session.execute(delete(SignInAttempt))
            _, token = staff.add_account(session, email or f"{role}@example.com", role)
        address = f"/sign-in/link/{token}"
        assert self.send(address, None).status_code == 303
        return self

    def _come_from_charity(self, email: str) -> "Shopper":
        with self.database.transaction() as session:
            account, _ = charity_people.invite(
                session, email, "PANDAS Foundation UK", by="owner 1", secret=""
            )
            token = sessions.open_session(session, account.id, OpenedBy.PASSKEY)
        self.client.set_cookie("staff", token)
        return self


def changed(sent: MultiDict[str, str], changes: Mapping[str, str | list[str] | None]) -> MultiDict[str, str]:
    """The fields with some of them changed, given several times, or left out."""
    result = MultiDict(sent)
    for name, value in changes.items():
        if value is None:
            result.poplist(name)
        else:
            result.setlist(name, value if isinstance(value, list) else [value])
    return result


def harness_of(app: Flask) -> Harness:
    """The workings below the pages of this application."""
    return Harness(app.extensions["shop"].database, app.extensions["shop"].services)
