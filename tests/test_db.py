from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from sqlalchemy import NullPool, QueuePool, create_engine, select, text

from shop import clock
from shop.bench.models import BenchProfile
from shop.db import Database
from shop.orm import UtcDateTime
from shop.sql import moment

MACHINE = {
    "machine": "fibre",
    "finest_line_um": 50,
    "x_height_um": 700,
    "jig_x_um": 0,
    "jig_y_um": 0,
    "jig_angle_hundredths": 0,
    "guide": True,
    "saved_at": clock.now(),
    "saved_by": "test",
}


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


def test_whoever_only_looks_changes_nothing(database: Database) -> None:
    with database.transaction() as session:
        session.add(BenchProfile(**MACHINE))
    with database.looking() as session:
        session.scalars(select(BenchProfile)).one().machine = "another"
        assert session.scalars(select(BenchProfile.machine)).one() == MACHINE["machine"]
    with database.reading() as session:
        assert session.scalars(select(BenchProfile.machine)).one() == MACHINE["machine"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_after_a_rush_few_connections_stay_open(database: Database) -> None:
    """Each holds the schema and its statements: more than a MiB."""
    with ExitStack() as rush:
        for _ in range(12):
            rush.enter_context(database.reading()).execute(text("SELECT 1"))
    assert isinstance(database.engine.pool, QueuePool)
    assert database.engine.pool.checkedin() == 4


@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_a_connection_that_died_while_it_was_idle_is_replaced_unseen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.db.LIVES_SECONDS", -1)
    with database.reading() as session:
        pid = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
    other = create_engine(database.engine.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with database.reading() as session:
        assert session.execute(text("SELECT pg_backend_pid()")).scalar_one() != pid


def test_all_that_one_look_sees_is_of_one_moment(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("CREATE TABLE note (words TEXT)"))
    count = text("SELECT count(*) FROM note")
    with database.reading() as session:
        assert session.execute(count).scalar_one() == 0
        with database.transaction() as other:
            other.execute(text("INSERT INTO note VALUES ('meanwhile')"))
        assert session.execute(count).scalar_one() == 0
    with database.reading() as session:
        assert session.execute(count).scalar_one() == 1
