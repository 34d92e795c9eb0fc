"""The charity confirms a payment with its own key: for that payment and no other, and anyone can check it."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from werkzeug.test import TestResponse

from shop import clock
from shop.accounts.models import Passkey
from shop.confirmations import charity_keys, payment_confirmations
from shop.confirmations.assertions import Assertion, problem
from shop.confirmations.models import CharityKey, PaymentConfirmation
from shop.giving import agreements
from shop.giving.agreements import NewAgreement
from shop.giving.models import LedgerTxn
from shop.transparency.models import LogAnnouncement
from tests.accounts.helpers import post
from tests.authenticator import PRESENT, Authenticator, asked
from tests.charity.conftest import PANDAS, Jo
from tests.shopper import Shopper, soup

BOTH = pytest.mark.parametrize("engine_name", ["sqlite", "postgresql"], indirect=True)
PAYMENT = 3
PAGE = f"/charity/payments/{PAYMENT}"
CONFIRMATION = f"{PAGE}/confirmation"
KEYS = "/finance/agreements/1/keys"
AGREED = NewAgreement(
    charity_name=PANDAS,
    charity_description="a perinatal mental-health charity",
    charity_number=None,
    number_looked_up_on=None,
    charity_url="https://pandasfoundation.org.uk/",
    amount_pence=500,
    basis="unit",
    agreement_reference="PANDAS 2031",
    agreement_signed_on=date(2031, 7, 1),
    starts_on=date(2031, 7, 3),
    ends_on=None,
    pay_within_days=28,
)


ODD = '{"type": "webauthn.get", "challenge": "AA", "origin": 5}'
DEEP = "[" * 100_000
NO_KEY = "300a300506032a0304030100"
"""A key of an algorithm that there is not."""


def fingerprint_of(finance: Shopper) -> str:
    """As finance reads it from the list of what the charity's people have made."""
    cell = soup(finance.get(KEYS)).select_one("#waiting tbody th, #waiting tbody td")
    assert cell
    return cell.text.strip()


def names(finance: Shopper, shown: str, **changes: str) -> TestResponse:
    fields = {"fingerprint": shown, "dated": "2031-07-02", "seen": "y", **changes}
    return finance.send(KEYS, KEYS, fields)


def confirms(jo: Jo) -> TestResponse:
    wanted = asked(jo.browser, f"{CONFIRMATION}/options", PAGE)
    return post(jo.browser, CONFIRMATION, PAGE, passkey=jo.device.shows(wanted))


def said_on_giving(finance: Shopper) -> str:
    return finance.get("/giving").text


def kept(finance: Shopper) -> list[PaymentConfirmation]:
    with finance.database.reading() as session:
        return list(session.scalars(select(PaymentConfirmation)))


@BOTH
def test_what_the_charity_signs_counts_once_its_agreement_names_the_key(
    finance: Shopper, jo: Jo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", -1)
    assert confirms(jo).status_code == 303
    assert "which no agreement names yet" in jo.text(PAGE)
    assert "your key is not in the agreement yet" in jo.text("/charity/payments")
    assert "Confirmed by the charity" not in said_on_giving(finance)
    assert "Your key is not in the agreement yet" in jo.text("/charity/")
    assert names(finance, fingerprint_of(finance)).status_code == 303
    assert "Confirmed by the charity on 3 July 2031" in said_on_giving(finance)
    assert "of it confirmed by the charity" in said_on_giving(finance)
    assert "Your key is in the agreement" in jo.text("/charity/")
    assert "Confirmed on 3 Jul 2031" in finance.get(f"/finance/remittances/{PAYMENT}").text
    assert "Confirmed" in jo.text("/charity/payments")


def test_the_giving_page_says_with_which_key_the_charity_confirms(
    finance: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.catalogue.page_cache.FRESH_SECONDS", -1)
    shown = " ".join(f"{number:08x}" for number in range(8))
    with finance.database.transaction() as session:
        made = agreements.enter(session, AGREED, actor="finance 1")
        charity_keys.name_key(
            session,
            made.id,
            charity_keys.read_fingerprint(shown),
            dated=AGREED.agreement_signed_on,
            by="finance 1",
            book="test",
        )
    assert shown in said_on_giving(finance)


def test_the_log_names_the_key_and_what_was_confirmed_and_nothing_of_who(finance: Shopper, jo: Jo) -> None:
    names(finance, fingerprint_of(finance))
    confirms(jo)
    confirms(jo)
    with finance.database.reading() as session:
        said = {row.kind: json.loads(row.said) for row in session.scalars(select(LogAnnouncement))}
        entry = session.get_one(LedgerTxn, PAYMENT)
        passkey = session.scalars(select(Passkey)).one()
    assert said["charity key"]["fingerprint"] == sha256(passkey.spki).hexdigest()
    assert said["confirmation"]["entry"] == entry.hash == sha256(entry.canonical.encode()).hexdigest()
    assert "@" not in json.dumps(said)
    assert len(kept(finance)) == 1, "the same key confirms once"


def test_anyone_can_check_it_with_openssl_alone(finance: Shopper, jo: Jo, tmp_path: Path) -> None:
    confirms(jo)
    (said,) = json.loads(jo.text(f"{CONFIRMATION}/signed.json"))
    signed = f"In Remembrance: this payment has reached us (1)\n{said['entry']}\n{said['checkpoint']}"
    client = json.loads(b64decode(said["client_data"]))
    assert (
        b64decode(client["challenge"].replace("-", "+").replace("_", "/") + "==")
        == sha256(signed.encode()).digest()
    )
    parts = {"key": b64decode(said["spki"]), "signature": b64decode(said["signature"])}
    parts["data"] = b64decode(said["authenticator_data"]) + sha256(b64decode(said["client_data"])).digest()
    for name, content in parts.items():
        (tmp_path / name).write_bytes(content)
    command = "openssl dgst -sha256 -verify key -keyform DER -signature signature data"
    told = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert told.stdout.strip() == "Verified OK", told
    assert sha256(parts["key"]).hexdigest() == said["fingerprint"]


def other_origin(device: Authenticator) -> None:
    device.origin = "https://localhost.example"


def other_site(device: Authenticator) -> None:
    device.relying_party = "localhost.example"


def not_verified(device: Authenticator) -> None:
    device.flags = PRESENT


def other_key(device: Authenticator) -> None:
    device.key = Authenticator().key


def other_credential(device: Authenticator) -> None:
    device.credential_id = b"another".ljust(32)


def test_what_a_hostile_device_signs_is_no_confirmation(finance: Shopper, jo: Jo) -> None:
    honest = jo.device
    for does in (other_origin, other_site, not_verified, other_key, other_credential):
        jo.device = replace(honest)
        does(jo.device)
        answer = confirms(jo)
        assert answer.status_code == 422, does
        assert "No passkey was shown, or it did not fit." in answer.text
        honest.count = jo.device.count
    assert kept(finance) == []
    jo.device = honest
    assert confirms(jo).status_code == 303


def test_an_answer_is_for_one_payment_once_and_not_for_long(
    finance: Shopper, jo: Jo, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = {"amount": "1", "paid_on": "2031-07-03", "bank_reference": "MORE", "more_than_owed": "y"}
    assert finance.send("/finance/remittances", "/finance/remittances", paid).status_code == 303
    wanted = asked(jo.browser, f"{CONFIRMATION}/options", PAGE)
    answer = jo.device.shows(wanted)
    other = "/charity/payments/4"
    assert post(jo.browser, f"{other}/confirmation", other, passkey=answer).status_code == 422
    assert post(jo.browser, CONFIRMATION, PAGE, passkey=answer).status_code == 422, "it is spent"
    old = jo.device.shows(asked(jo.browser, f"{CONFIRMATION}/options", PAGE))
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert post(jo.browser, CONFIRMATION, PAGE, passkey=old).status_code == 422
    assert kept(finance) == []


def test_a_sign_in_is_no_confirmation(finance: Shopper, jo: Jo) -> None:
    wanted = asked(jo.browser, "/sign-in/passkey/options", PAGE)
    assert post(jo.browser, CONFIRMATION, PAGE, passkey=jo.device.shows(wanted)).status_code == 422
    assert kept(finance) == []


def test_a_colleagues_key_confirms_for_itself_alone(finance: Shopper, come_in: Callable[..., Jo]) -> None:
    jo, kim = come_in(), come_in("kim@pandas.example")
    wanted = asked(jo.browser, f"{CONFIRMATION}/options", PAGE)
    assert post(jo.browser, CONFIRMATION, PAGE, passkey=kim.device.shows(wanted)).status_code == 422
    assert confirms(jo).status_code == confirms(kim).status_code == 303
    assert len(kept(finance)) == 2


def paid_in_all(jo: Jo) -> str:
    (stat, *_) = soup(jo.browser.get("/charity/")).select(".stat")
    assert "Paid over to you" in stat.text
    return str(stat.dd.text)  # type: ignore[union-attr]


def test_an_undone_payment_cannot_be_confirmed_and_what_was_signed_stays(finance: Shopper, jo: Jo) -> None:
    confirms(jo)
    assert paid_in_all(jo) == "£10.00"
    undo = f"/finance/remittances/{PAYMENT}/reversal"
    assert finance.send(undo, undo, {"reason": "typed twice"}).status_code == 303
    assert paid_in_all(jo) == "£0.00"
    token = soup(jo.browser.get("/sign-in/passkeys")).select_one("[name=csrf_token]")
    assert token
    refused = jo.browser.post(f"{CONFIRMATION}/options", data={"csrf_token": str(token["value"])})
    assert refused.status_code == 409
    assert "It was undone" in jo.text(PAGE)
    assert "Yes, it has reached us" not in jo.text(PAGE)
    assert len(json.loads(jo.text(f"{CONFIRMATION}/signed.json"))) == 1
    assert len(kept(finance)) == 1


def test_a_payment_that_was_corrected_is_confirmed_anew(finance: Shopper, jo: Jo) -> None:
    confirms(jo)
    page = f"/finance/remittances/{PAYMENT}/correction"
    right = {"bank_reference": "PANDAS JUNE 31", "reason": "a slip"}
    assert finance.send(page, page, right).status_code == 303
    assert "It was corrected" in jo.text(PAGE)
    listed = soup(jo.browser.get("/charity/payments")).select("#payments tbody tr")
    stands = " ".join(row.text for row in listed)
    assert "takes its place" in stands
    assert "To be confirmed" in stands
    newest = str(listed[0].select_one("a")["href"])  # type: ignore[index]
    assert f"payment {PAYMENT}" in jo.text(newest)
    assert "Yes, it has reached us" in jo.text(newest)


def test_a_payment_that_is_not_there_has_no_page(jo: Jo) -> None:
    for address in (
        "/charity/payments/1",
        "/charity/payments/99",
        "/charity/payments/99/confirmation/signed.json",
    ):
        assert jo.browser.get(address).status_code == 404


def test_a_key_is_named_as_the_signed_paper_has_it(finance: Shopper, jo: Jo) -> None:
    shown = fingerprint_of(finance)
    refused: list[tuple[dict[str, str], str]] = [
        ({"fingerprint": "12 34"}, "fingerprint"),
        ({"fingerprint": "g" * 64}, "fingerprint"),
        ({"seen": ""}, "seen"),
        ({"dated": ""}, "dated"),
        ({"dated": "2031-07-04"}, "dated"),
        ({"dated": "1999-12-31"}, "dated"),
    ]
    for fields, beside in refused:
        answer = names(finance, shown, **fields)
        assert answer.status_code == 422, fields
        assert soup(answer).select_one(f".summary a[href='#{beside}']"), fields
    with finance.database.reading() as session:
        assert session.scalars(select(CharityKey)).all() == []


def test_a_key_is_named_once_and_another_agreements_key_counts_for_nothing(finance: Shopper, jo: Jo) -> None:
    shown = fingerprint_of(finance)
    assert names(finance, shown.upper()).status_code == 303
    assert names(finance, shown).status_code == 303
    with finance.database.reading() as session:
        assert len(session.scalars(select(CharityKey)).all()) == 1
    confirms(jo)
    with finance.database.transaction() as session:
        policy = session.execute(text("SELECT * FROM policy")).mappings().one()
        columns = {**policy, "id": 2, "charity_name": "Another charity", "agreement_reference": "A-2"}
        names_ = ", ".join(columns)
        session.execute(
            text(f"INSERT INTO policy ({names_}) VALUES ({', '.join(':' + c for c in columns)})"), columns
        )
    with finance.database.engine.begin() as connection:
        connection.execute(text("DROP TRIGGER charity_key_no_update"))
        connection.execute(update(CharityKey).values(policy_id=2))
    with finance.database.reading() as session:
        assert not payment_confirmations.of(session, [PAYMENT])[PAYMENT][0].counts


def test_ledger_verify_finds_what_was_changed_past_the_guards(app: Flask, finance: Shopper, jo: Jo) -> None:
    names(finance, fingerprint_of(finance))
    confirms(jo)
    with finance.database.reading() as session:
        assert list(payment_confirmations.problems(session)) == []
    for table, change, said in (
        ("payment_confirmation", f"spki = x'{NO_KEY}'", "the signature is not the key's"),
        ("payment_confirmation", "signature = x'30'", "the signature is not the key's"),
        (
            "payment_confirmation",
            "checkpoint = 'another'",
            "rests on a checkpoint that the log does not have",
        ),
        ("payment_confirmation", "authenticator_data = x'00'", "something else was signed"),
        ("payment_confirmation", "client_data = x'7b7d'", "what was signed cannot be read"),
        ("payment_confirmation", f"client_data = CAST('{ODD}' AS BLOB)", "what was signed cannot be read"),
        ("payment_confirmation", f"client_data = CAST('{DEEP}' AS BLOB)", "what was signed cannot be read"),
        ("payment_confirmation", "fingerprint = 'ab'", "names another key than it was signed with"),
        ("charity_key", "fingerprint = 'ab'", "is not the one that the log names"),
        ("charity_key", "named_at = 'one day'", "the charity's keys cannot be read"),
        ("payment_confirmation", "confirmed_at = 'one day'", "the confirmations cannot be read"),
    ):
        change_it = text(f"UPDATE {table} SET {change}")
        with pytest.raises(Exception, match="is never changed"), finance.database.transaction() as session:
            session.execute(change_it)
        with finance.database.transaction() as session:
            kept_by = session.execute(
                text("SELECT sql FROM sqlite_schema WHERE name = :name"), {"name": f"{table}_no_update"}
            ).scalar_one()
            session.execute(text(f"DROP TRIGGER {table}_no_update"))
            session.execute(change_it)
            session.execute(text(kept_by))
        with finance.database.reading() as session:
            assert any(said in problem for problem in payment_confirmations.problems(session)), change
    assert "the confirmations cannot be read" in finance.get("/finance/?check=all").text
    told = app.test_cli_runner().invoke(args=["ledger", "verify"])
    assert told.exit_code == 1
    assert "the confirmations cannot be read" in told.output


def test_a_confirmation_of_another_entry_is_named(finance: Shopper, jo: Jo) -> None:
    confirms(jo)
    (row,) = kept(finance)
    signed = Assertion(row.spki, row.authenticator_data, row.client_data, row.signature)
    with finance.database.reading() as session:
        entry = session.get_one(LedgerTxn, PAYMENT).hash
    assert problem(signed, entry, row.checkpoint) == ""
    assert problem(signed, "0" * 64, row.checkpoint) == "something else was signed"


def test_the_evidence_of_a_day_says_that_the_charity_confirmed_and_has_what_it_signed(
    finance: Shopper, jo: Jo
) -> None:
    names(finance, fingerprint_of(finance))
    assert "confirmation-3.json" not in pack_of(finance)
    assert confirms(jo).status_code in {200, 303}
    (row,) = soup(finance.get("/finance/evidence?day=2031-06-20")).select(
        "#the-payments-that-brought-them-to-the-charity tbody tr"
    )
    assert row.select("td")[-1].text == "3 Jul 2031"
    (signed,) = json.loads(pack_of(finance)["confirmation-3.json"])
    assert signed["fingerprint"] == kept(finance)[0].fingerprint


def pack_of(finance: Shopper) -> dict[str, bytes]:
    answer = finance.get("/finance/evidence/pack.zip?day=2031-06-20")
    with ZipFile(BytesIO(answer.data)) as pack:
        return {name: pack.read(name) for name in pack.namelist()}
