"""What people write: held until it was read, private where promised, gone when they wish."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from shop import clock
from shop.accounts.models import SignInAttempt
from shop.dedications.sealing import SealBroken
from shop.dedications.vault import Vault
from shop.journal import comment_erasure, comments
from shop.journal.comment_routes import HELPERS
from shop.journal.models import Comment, CommentEvent, State
from shop.journal.risk import at_risk
from shop.worker import Worker
from tests.engines import ONE_ENGINE
from tests.journal.conftest import POST, WORDS
from tests.keys import vault_of
from tests.shopper import Shopper, reason_beside, soup, summary, title


def vault_for(database) -> Vault:
    return vault_of(database.engine.url.render_as_string(hide_password=False))


def one(database) -> Comment:
    with database.reading() as session:
        return session.scalars(select(Comment)).one()


def words_of(database, number: int = 1) -> str | None:
    """The words of a comment, opened; None when there is nothing left to open."""
    with database.reading() as session:
        row = session.get_one(Comment, number)
    opened = vault_for(database).open_alone([(row.key_id, row.sealed)], "comment") if row.sealed else {}
    return opened[row.key_id]["words"] if opened else None


def events(database) -> list[tuple[str, str]]:
    with database.reading() as session:
        found = session.scalars(select(CommentEvent).order_by(CommentEvent.id)).all()
        return [(event.kind, event.actor) for event in found]


def decides(owner: Shopper, decision: str, number: int = 1):
    action = f"/owner/comments/{number}/decisions"
    token = soup(owner.get("/owner/comments?all=1")).select_one("main [name=csrf_token]")["value"]
    return owner.post(action, {"csrf_token": token, "decision": decision})


def beneath(reader: Shopper) -> list[str]:
    return [words.text for words in soup(reader.get(POST)).select(".comments p.own-words")]


@ONE_ENGINE
def test_a_comment_is_held_and_its_writer_gets_a_page_of_their_own(database, reader, write):
    answer = write()
    assert answer.status_code == 303
    page = reader.get(answer.location)
    assert soup(page).h1.text == "Thank you. Your words are with us"
    assert soup(page).select_one("blockquote").text == WORDS
    assert beneath(reader) == []
    assert one(database).state == "held"
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_owner_shows_it_and_everybody_can_read_it(database, reader, owner, write):
    link = write().location
    assert WORDS in owner.get("/owner/comments").text
    assert decides(owner, "shown").status_code == 303
    assert beneath(reader) == [WORDS]
    assert "Ada, " in soup(reader.get(POST)).select_one(".comments").get_text()
    assert soup(reader.get(link)).h1.text == "Your words are shown"
    assert events(database) == [("shown", "owner@example.com")]
    assert "Nothing waits to be read" in owner.get("/owner/comments").text


@ONE_ENGINE
def test_what_is_hidden_is_not_shown_and_can_be_shown_after_all(reader, owner, write, database):
    link = write().location
    decides(owner, "hidden")
    assert beneath(reader) == []
    assert soup(reader.get(link)).h1.text == "Your words are not shown"
    decides(owner, "shown")
    decides(owner, "hidden")
    assert beneath(reader) == []
    assert [kind for kind, _ in events(database)] == ["hidden", "shown", "hidden"]


@ONE_ENGINE
def test_a_decision_sent_twice_is_taken_once(owner, write, database):
    write()
    decides(owner, "shown")
    assert decides(owner, "shown").status_code == 303
    assert events(database) == [("shown", "owner@example.com")]


@ONE_ENGINE
def test_what_was_removed_cannot_be_brought_back(owner, write, database, reader):
    write()
    assert decides(owner, "removed").status_code == 303
    write(words="Another")
    assert decides(owner, "shown").status_code == 404
    assert beneath(reader) == []
    assert words_of(database, 1) is None


@ONE_ENGINE
@pytest.mark.parametrize("decision", ["", "burned", "held"])
def test_a_decision_there_is_not_changes_nothing(owner, write, database, decision):
    write()
    answer = decides(owner, decision)
    assert answer.status_code == 422
    assert summary(answer) == {"#comment-1": "Please choose what to do with this comment."}
    assert one(database).state == "held"


@ONE_ENGINE
def test_comments_wait_in_the_order_they_were_written(owner, write):
    for words in ("first", "second", "third"):
        write(words=words)
    waiting = [w.text for w in soup(owner.get("/owner/comments")).select(".bench-ticket > .own-words")]
    assert waiting == ["first", "second", "third"]


@ONE_ENGINE
def test_its_writer_takes_it_away_for_good(database, reader, owner, write):
    link = write().location
    decides(owner, "shown")
    assert beneath(reader) == [WORDS]
    assert reader.send(link, f"{link}/removal").status_code == 303
    gone = reader.get(link)
    assert gone.status_code == 410
    assert "Nothing of what was written here is kept" in gone.text
    assert beneath(reader) == []
    left = one(database)
    assert (left.key_id, left.sealed, left.email_sealed, left.state) == (None, None, None, "removed")
    assert vault_for(database).keys.all_ids() == []
    assert events(database)[-1] == ("withdrawn", "writer")
    assert WORDS not in owner.get("/owner/comments?all=1").text


def test_taking_it_away_twice_is_fine(database, reader, write):
    link = write().location
    token = soup(reader.get(link)).select_one("main [name=csrf_token]")["value"]
    for _ in range(2):
        assert reader.post(f"{link}/removal", {"csrf_token": token}).status_code == 303
    assert events(database) == [("withdrawn", "writer")]


@ONE_ENGINE
def test_nobody_takes_it_away_without_its_link_or_from_another_page(app, database, reader, write):
    link = write().location
    assert Shopper(app).post(f"{link}/removal", {}).status_code == 400
    token = soup(reader.get(link)).select_one("main [name=csrf_token]")["value"]
    assert reader.post("/comments/1/removal", {"csrf_token": token}).status_code == 404
    assert reader.get("/comments/" + "a" * 64).status_code == 404
    assert one(database).state == "held"


@ONE_ENGINE
def test_the_link_is_256_random_bits_and_the_database_cannot_give_it_back(database, write):
    token = write().location.rpartition("/")[2]
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert one(database).token_hash != token


def sent(reader: Shopper, **fields: str) -> str:
    """The link that a comment's writer is led to."""
    page = soup(reader.get(POST))
    token = page.select_one("main [name=csrf_token]")["value"]
    answer = reader.post(f"{POST}/comments", {"csrf_token": token, "name": "Ada", "words": "Once", **fields})
    assert answer.status_code == 303
    return answer.location


def test_whoever_copies_name_and_words_is_led_to_a_comment_of_their_own(app, database, reader, owner):
    """From the same network, within the hour, from the same page."""
    theirs = sent(reader)
    decides(owner, "shown")
    copied = sent(Shopper(app))
    assert copied != theirs
    button = soup(reader.get(copied)).select_one("main [name=csrf_token]")["value"]
    reader.post(f"{copied}/removal", {"csrf_token": button})
    assert words_of(database, 1) == "Once", "only the copy is gone"
    assert words_of(database, 2) is None
    assert beneath(reader) == ["Once"]


@ONE_ENGINE
def test_the_same_page_sent_twice_leads_the_second_time_to_what_it_says_it_does(database, reader, owner):
    first, second = sent(reader), sent(reader)
    assert first != second
    page = soup(owner.get("/owner/comments"))
    earlier, later = page.select_one("#comment-1"), page.select_one("#comment-2")
    assert "sent again" in earlier.text
    assert "sent again" not in later.text
    decides(owner, "shown", 2)
    button = soup(reader.get(second)).select_one("main [name=csrf_token]")["value"]
    reader.post(f"{second}/removal", {"csrf_token": button})
    assert beneath(reader) == [], "the link of the second goes with the second"


def test_the_same_words_on_another_day_are_not_called_sent_again(database, reader, owner):
    sent(reader)
    with database.transaction() as session:
        session.execute(update(Comment).values(written_at=clock.now() - timedelta(days=1)))
    sent(reader)
    assert "sent again" not in owner.get("/owner/comments").text


@ONE_ENGINE
def test_an_e_mail_is_optional_and_never_shown(database, reader, owner, write):
    assert write(email="").status_code == 303
    write(words="With one")
    decides(owner, "shown", 1)
    decides(owner, "shown", 2)
    assert "ada@example.com" not in reader.get(POST).text
    assert "ada@example.com" not in owner.get("/owner/comments?all=1").text


def test_the_owner_may_look_at_an_e_mail_and_it_is_written_down(database, owner, write):
    write()
    page = owner.send("/owner/comments", "/owner/comments/1/address-views")
    assert page.status_code == 200
    assert "ada@example.com" in page.text
    assert events(database) == [("address-read", "owner@example.com")]
    assert "e-mail looked at, owner@example.com" in owner.get("/owner/comments").text


def test_an_e_mail_is_sealed_to_its_own_comment(database, write):
    write()
    write(words="Another", email="other@example.com")
    with database.transaction() as session:
        first, second = session.scalars(select(Comment).order_by(Comment.id)).all()
        assert b"example" not in first.email_sealed
        first.email_sealed = second.email_sealed
    with database.reading() as session, pytest.raises(SealBroken):
        comments.address(session, vault_for(database), 1, actor="test")
    with database.transaction() as session:
        first, second = session.scalars(select(Comment).order_by(Comment.id)).all()
        others, second.email_key_id, second.email_sealed = second.email_key_id, None, None
        session.flush()
        first.email_key_id = others
    with database.reading() as session, pytest.raises(SealBroken):
        comments.address(session, vault_for(database), 1, actor="test")


@ONE_ENGINE
def test_words_of_somebody_who_may_not_be_safe_bring_help_at_once_and_a_mark(database, reader, owner, write):
    link = write(words="I don’t want to be here any more").location
    page = soup(reader.get(link))
    notice = page.select_one("main .notice")
    assert notice.select_one("a[href='/support']")
    assert notice.find_next("h1"), "help comes before everything else"
    assert one(database).state == "held"
    assert "Somebody may not be safe" in owner.get("/owner/comments").text


@dataclass
class Way:
    say: str
    number: str
    when: str = ""
    href: str = "tel:123"


@dataclass
class Helper:
    name: str
    ways: tuple[Way, ...]

    def ways_on(self, _day: date) -> tuple[Way, ...]:
        return self.ways


@dataclass
class Group:
    key: str
    entries: tuple[Helper, ...]


@ONE_ENGINE
def test_the_help_names_who_can_be_rung_at_once_as_the_support_page_has_them(app, reader, write):
    app.extensions[HELPERS] = (
        Group("now", (Helper("Listeners", (Way("Ring", "01 23", "any time"),)), Helper("Unsure", ()))),
        Group("died", (Helper("Others", (Way("Ring", "04 56"),)),)),
    )
    notice = soup(reader.get(write(words="I want to die").location)).select_one("main .notice")
    assert [item.text for item in notice.select("li")] == ["Listeners: Ring 01 23, any time"]
    assert notice.select_one("li a")["href"] == "tel:123"


@ONE_ENGINE
def test_other_words_bring_no_such_page(reader, owner, write):
    assert not soup(reader.get(write().location)).select("main .notice")
    assert "Somebody may not be safe" not in owner.get("/owner/comments").text


@pytest.mark.parametrize(
    "words",
    ["I want to die", "i dont want to be here", "I DON'T WANT TO BE HERE",
     "thinking of  suicide", "self\u2011harm",
     "I can’t\ngo on", "better off without me", "It should have been me", "ｋｉｌｌ ｍｙｓｅｌｆ"],
)  # fmt: skip
def test_words_are_heard_however_they_are_written(words):
    assert at_risk(words)


@pytest.mark.parametrize(
    "words", ["", "My daughter died in May.", "We named him after my father.", "Thank you."]
)
def test_grief_by_itself_is_no_alarm(words):
    assert not at_risk(words)


@ONE_ENGINE
@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("words", "", "Please write something first."),
        ("words", " \n ", "Please write something first."),
        ("words", "a" * 2001, "This can be 2000 characters at most; it has 2001."),
        ("words", "a\0b", "This holds something that cannot be seen."),
        ("words", "a\u202eb", "This holds something that cannot be seen."),
        ("name", "", "Please give a name."),
        ("name", "a" * 61, "This can be 60 characters at most; it has 61."),
        ("name", "a\nb", "Please write the name on one line."),
        ("name", "a\u202eb", "This holds something that cannot be seen."),
        ("email", "ada at example", "This does not look like an e-mail address"),
        ("email", "a" * 250 + "@example.com", "This can be 254 characters at most"),
    ],
)
def test_a_refused_comment_keeps_everything_that_was_typed(database, write, field, value, reason):
    sent = {"name": "Ada", "email": "ada@example.com", "words": WORDS, field: value}
    page = write(**{field: value})
    assert page.status_code == 422
    assert title(page).startswith("Error: ")
    assert reason_beside(page, field).startswith(reason)
    found = soup(page)
    for name in {"name", "email", "words"} - {field}:
        tag = found.find(id=name)
        shown = tag.text.removeprefix("\r\n").removeprefix("\n") if tag.name == "textarea" else tag["value"]
        assert shown == sent[name]
    with database.reading() as session:
        assert session.scalars(select(Comment)).all() == []


@ONE_ENGINE
def test_two_thousand_letters_of_any_script_fit(database, write):
    words = "Łucja 👩‍👧 " + "ж" * 1990
    assert write(words=words[:2000]).status_code == 303
    assert words_of(database) == words[:2000].strip()


@ONE_ENGINE
def test_a_page_that_was_open_for_days_loses_nothing(database, reader, write):
    page = write(csrf_token="1.abc")
    assert page.status_code == 422
    assert summary(page)[""].startswith("This page had been open for a while. Nothing you wrote is lost")
    found = soup(page)
    assert found.find(id="words").text.strip() == WORDS
    fresh = found.select_one(f"form[action='{POST}/comments'] [name=csrf_token]")["value"]
    again = reader.post(f"{POST}/comments", {"csrf_token": fresh, "name": "Ada", "words": WORDS})
    assert again.status_code == 303


@ONE_ENGINE
def test_another_site_cannot_send_a_comment(app, database, reader):
    token = soup(reader.get(POST)).select_one("main [name=csrf_token]")["value"]
    answer = app.test_client().post(
        f"{POST}/comments",
        data={"csrf_token": token, "name": "A", "words": "B"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 400
    with database.reading() as session:
        assert session.scalars(select(Comment)).all() == []


@ONE_ENGINE
def test_a_sixth_comment_in_a_minute_waits_and_keeps_its_words(database, write):
    for number in range(5):
        assert write(words=f"Comment {number}").status_code == 303
    page = write(words="The sixth")
    assert page.status_code == 429
    assert 1 <= int(page.headers["Retry-After"]) <= 60
    assert soup(page).find(id="words").text.strip() == "The sixth"
    with database.transaction() as session:
        assert len(session.scalars(select(Comment)).all()) == 5
        session.execute(delete(SignInAttempt))
    assert write(words="The sixth").status_code == 303


@ONE_ENGINE
def test_hostile_words_are_only_words(reader, owner, write):
    hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> {{ 7*7 }} [a](javascript:b)"
    link = write(words=hostile, name="<b>Ada</b>").location
    decides(owner, "shown")
    for page in (reader.get(POST), reader.get(link), owner.get("/owner/comments?all=1")):
        assert hostile in page.text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"').replace(
            "&#39;", "'"
        )
        assert not soup(page).select("main script, main img, main b, main .own-words a")


def test_a_reader_reports_a_comment_and_it_stands_until_the_owner_has_looked(database, reader, owner, write):
    write()
    decides(owner, "shown")
    report = soup(reader.get(POST)).select_one(".comments a[href$='/report']")["href"]
    sent = reader.send(report, None, {"note": "I am worried about her"})
    assert sent.status_code == 200
    assert beneath(reader) == [WORDS]
    page = owner.get("/owner/comments").text
    assert "Reported by a reader" in page
    assert "I am worried about her" in page
    decides(owner, "shown")
    assert "Nothing waits to be read" in owner.get("/owner/comments").text
    assert [kind for kind, _ in events(database)] == ["shown", "reported", "shown"]


@ONE_ENGINE
def test_a_report_needs_no_reason_and_a_long_one_is_kept_for_mending(reader, owner, write):
    write()
    decides(owner, "shown")
    address = f"{POST}/comments/1/report"
    assert reader.send(address, None, {"note": ""}).status_code == 200
    refused = reader.send(address, None, {"note": "a" * 501})
    assert refused.status_code == 422
    assert soup(refused).find(id="note").text.strip() == "a" * 501
    assert reason_beside(refused, "note").startswith("This can be 500 characters")


@ONE_ENGINE
def test_reports_are_counted_too(reader, owner, write):
    write()
    decides(owner, "shown")
    address = f"{POST}/comments/1/report"
    for _ in range(5):
        assert reader.send(address, None, {"note": ""}).status_code == 200
    assert reader.send(address, None, {"note": "mine"}).status_code == 429


@ONE_ENGINE
@pytest.mark.parametrize("address", [f"{POST}/comments/1/report", f"{POST}/comments/99/report"])
def test_only_what_is_shown_can_be_reported(reader, write, address):
    write()
    assert reader.get(address).status_code == 404


@ONE_ENGINE
def test_a_comment_cannot_be_reported_beneath_another_post(reader, owner, write):
    write()
    decides(owner, "shown")
    assert reader.get("/journal/what-is-not-known/comments/1/report").status_code == 404


@ONE_ENGINE
def test_a_comment_on_no_post_is_not_found(reader, database):
    token = soup(reader.get(POST)).select_one("main [name=csrf_token]")["value"]
    fields = {"csrf_token": token, "name": "Ada", "words": "Hello"}
    assert reader.post("/journal/nothing/comments", fields).status_code == 404


def later(database, days: int) -> None:
    with database.transaction() as session:
        session.execute(update(Comment).values(decided_at=clock.now() - timedelta(days=days)))


def test_a_month_after_a_decision_the_e_mail_is_erased(app, database, owner, write):
    write()
    decides(owner, "shown")
    later(database, 29)
    Worker(app).step()
    assert one(database).email_sealed is not None
    later(database, 31)
    with database.transaction() as session:
        assert comment_erasure.forget_old(session, vault_for(database)) == 1
        assert comment_erasure.forget_old(session, vault_for(database)) == 0
    assert one(database).email_sealed is None
    assert words_of(database) == WORDS
    assert vault_for(database).keys.all_ids() == [one(database).key_id]
    assert events(database)[-1] == ("address-erased", "worker")


def test_the_words_of_a_hidden_comment_go_after_ninety_days(database, owner, write):
    write()
    decides(owner, "hidden")
    later(database, 91)
    with database.transaction() as session:
        assert comment_erasure.forget_old(session, vault_for(database)) == 1
    assert (words_of(database), one(database).state) == (None, State.REMOVED)
    assert events(database)[-1] == ("expired", "worker")


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_no_byte_of_a_withdrawn_comment_stays_in_the_files(database, reader, write, tmp_path: Path):
    link = write(words="Qanary words", name="Qanary", email="qanary@example.com").location
    sealed = [one(database).email_sealed, one(database).sealed]
    files = [file for file in tmp_path.rglob("*.db*") if file.is_file()]
    assert not any(b"Qanary" in file.read_bytes() for file in files), "sealed from the first moment"
    assert any(sealed[1] in file.read_bytes() for file in files)
    reader.send(link, f"{link}/removal")
    for file in files:
        assert not any(part in file.read_bytes() for part in sealed if file.exists())


def test_a_withdrawn_comments_reports_lose_their_words_too(database, reader, owner, write):
    link = write().location
    decides(owner, "shown")
    reader.send(f"{POST}/comments/1/report", None, {"note": "She names my sister"})
    reader.send(link, f"{link}/removal")
    with database.reading() as session:
        notes = [event.note_sealed for event in session.scalars(select(CommentEvent))]
    assert notes == [None, None, None]


@ONE_ENGINE
def test_a_comment_whose_key_is_gone_is_nowhere_although_its_row_says_so(database, reader, owner, write):
    """Its writer took it away, and the process was killed before the row was changed."""
    link = write().location
    decides(owner, "shown")
    vault_for(database).destroy([one(database).key_id], [])
    assert beneath(reader) == []
    assert reader.get(link).status_code == 410
    assert reader.get(f"{POST}/comments/1/report").status_code == 404
    assert WORDS not in owner.get("/owner/comments?all=1").text


@ONE_ENGINE
def test_a_finance_lead_cannot_read_what_was_written(app, write):
    write()
    page = Shopper(app).sign_in("finance").get("/owner/comments")
    assert page.status_code == 403
    assert WORDS not in page.text


@ONE_ENGINE
def test_pages_of_comments_lead_to_each_of_them_once(owner, write, monkeypatch):
    monkeypatch.setattr("shop.journal.comments.MOST_LISTED", 2)
    for _ in range(5):
        write()
    seen, address = [], "/owner/comments"
    while address:
        page = soup(owner.get(address))
        seen += [ticket["id"] for ticket in page.select(".bench-ticket")]
        later = page.find("a", string="Later ones")
        address = later and later["href"]
    assert seen == [f"comment-{number}" for number in range(1, 6)]
