"""Whoever leaves an address with a comment is sent the link that takes it back, and no word of it."""

from email import message_from_bytes, policy

from sqlalchemy import select

from shop import backup
from shop.journal.models import Comment, State
from shop.worker import Worker
from tests.engines import ONE_ENGINE
from tests.journal.conftest import WORDS
from tests.test_worker import work_of


def sends(app) -> list[bool]:
    """Two rounds of the worker's: whether each had anything to send."""
    lane = work_of(Worker(app), "comments")
    return [lane.do(), lane.do()]


def emails(app) -> list:
    files = sorted((app.extensions["shop"].settings.instance_dir / "mail").glob("*.eml"))
    return [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def test_the_link_comes_by_e_mail_once_without_a_word_and_takes_the_comment_back(
    app, database, reader, write
):
    link = write(name="Zoë", email="ada@example.com").location
    assert "is on its way to you" in reader.get(link).text
    assert sends(app) == [True, False]
    (sent,) = emails(app)
    plain = sent.get_body(("plain",)).get_content()
    assert (sent["To"], sent["Subject"]) == ("ada@example.com", "Your link")
    assert link in plain
    assert "Zoë" not in plain
    assert WORDS not in plain
    assert "is on its way" not in reader.get(link).text
    assert reader.send(link, f"{link}/removal").status_code == 303
    with database.reading() as session:
        row = session.scalars(select(Comment)).one()
        assert (row.state, row.email_sealed) == (State.REMOVED, None)


@ONE_ENGINE
def test_after_it_was_sent_the_link_is_known_to_its_writer_alone(app, database, write):
    link = write(email="ada@example.com").location
    with database.reading() as session:
        before = session.scalars(select(Comment)).one()
    sends(app)
    with database.reading() as session:
        after = session.scalars(select(Comment)).one()
    vault = app.extensions["shop"].services.vault
    rows = (before, after)
    said = [vault.open_alone([(row.email_key_id, row.email_sealed)], "comment e-mail") for row in rows]
    assert [link.rpartition("/")[2] in str(each) for each in said] == [True, False]
    assert "ada@example.com" in str(said[1])


def test_nothing_is_sent_without_an_address_nor_once_it_was_taken_away_nor_from_a_copy(
    app, database, reader, write
):
    assert write(email="").status_code == 303
    link = write(words="Other words", email="ada@example.com").location
    reader.send(link, f"{link}/removal")
    write(words="More words", email="ada@example.com")
    with database.transaction() as session:
        backup.drop_unsent(session)
    assert sends(app) == [False, False]
    assert emails(app) == []


@ONE_ENGINE
def test_a_mailbox_gets_a_few_an_hour_and_the_comment_stands_all_the_same(app, database, write, monkeypatch):
    monkeypatch.setattr("shop.accounts.rate_limit.A_MAILBOX", 1)
    for words in ("One", "Two"):
        assert write(words=words, email="ada@example.com").status_code == 303
    assert sends(app) == [True, False]
    with database.reading() as session:
        assert len(session.scalars(select(Comment)).all()) == 2
