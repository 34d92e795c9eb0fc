from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from shop.db import Database, UtcDateTime, moment


def test_what_a_transaction_changed_is_gone_when_it_raises(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.execute(text("INSERT INTO note VALUES ('half')"))
        raise RuntimeError
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM note")).scalar_one() == 0


def test_what_a_reading_session_changed_is_thrown_away(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    with database.reading() as session:
        session.execute(text("INSERT INTO note VALUES ('looked')"))
    with database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM note")).scalar_one() == 0


def test_the_databases_own_clock_is_close_to_ours(database: Database) -> None:
    with database.reading() as session:
        told = moment(session)
    assert abs((told - datetime.now(UTC)).total_seconds()) < 5


def test_a_naive_datetime_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), database.engine.dialect)  # noqa: DTZ001
