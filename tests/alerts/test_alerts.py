"""What needs a person: said once, kept until somebody has seen to it, and said again when it comes back."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from shop.alerts import (
    SAID,
    Alert,
    AlertKind,
    acknowledge,
    acknowledged_alerts,
    count_open,
    open_alerts,
    raise_alert,
)
from shop.db import Database


def told(database: Database, kind: AlertKind = AlertKind.CUT_CHANGED, about: str = "PM-7K3Q-2F") -> bool:
    with database.transaction() as session:
        return raise_alert(session, kind, about, "Piece 1.")


def open_ones(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(alert.kind, alert.about) for alert in open_alerts(session)]


def test_the_same_is_said_once_while_nobody_has_seen_to_it(database: Database) -> None:
    assert [told(database), told(database)] == [True, False]
    assert open_ones(database) == [("cut changed", "PM-7K3Q-2F")]


def test_another_thing_and_another_kind_are_alerts_of_their_own(database: Database) -> None:
    assert told(database)
    assert told(database, about="PM-0000-00")
    assert told(database, AlertKind.CUT_DIFFERS)
    with database.reading() as session:
        assert count_open(session) == 3
    assert open_ones(database)[0] == ("cut differs", "PM-7K3Q-2F"), "newest first"


def test_what_was_seen_to_keeps_who_saw_it_and_may_come_back(database: Database) -> None:
    told(database)
    with database.transaction() as session:
        (alert,) = open_alerts(session)
        assert acknowledge(session, alert.id, actor="owner@example.com")
        assert not acknowledge(session, alert.id, actor="another@example.com")
        assert not acknowledge(session, alert.id + 1, actor="owner@example.com")
    assert open_ones(database) == []
    with database.reading() as session:
        (seen,) = acknowledged_alerts(session)
    assert (seen.acknowledged_by, seen.detail, seen.acknowledged_at is None) == (
        "owner@example.com",
        "Piece 1.",
        False,
    )
    assert told(database)
    assert len(open_ones(database)) == 1


def test_the_database_itself_keeps_a_second_open_one_out(database: Database) -> None:
    told(database)
    again = (
        "INSERT INTO alert (kind, about, detail, raised_at) SELECT kind, about, detail, raised_at FROM alert"
    )
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(text(again))


def test_every_kind_has_its_sentence_and_a_kind_of_another_release_is_still_shown() -> None:
    assert SAID.keys() == set(AlertKind)
    assert Alert(kind="cut differs").said.endswith(".")
    assert Alert(kind="of a later day").said == "of a later day"
