"""The bench profile is a row: who, when; the newest holds, everywhere within a second."""

from shop import bench
from shop.bench import Profile
from shop.catalogue import snapshot
from shop.db import Database
from shop.engraving import ANY_TOOL, Tool
from shop.engraving.jig import AS_DRAWN, Jig

FINE = Profile(Tool("fibre", 0.03, 0.65), Jig(40.125, -25, -90.5, guide=True))
COARSE = Profile(Tool("diamond", 0.15, 1.25), AS_DRAWN)


def test_until_a_machine_is_named_faces_are_cut_as_they_declare(database: Database) -> None:
    with database.reading() as session:
        assert bench.current(session) == bench.NEW == Profile(ANY_TOOL, AS_DRAWN)
        assert not bench.history(session)


def test_the_newest_profile_holds_and_none_is_forgotten(database: Database) -> None:
    with database.transaction() as session:
        bench.save(session, FINE, actor="owner@example.com")
    with database.transaction() as session:
        bench.save(session, COARSE, actor="other@example.com")
    with database.reading() as session:
        assert bench.current(session) == COARSE
        saved = bench.history(session)
    assert [each.profile for each in saved] == [COARSE, FINE]
    assert [each.saved_by for each in saved] == ["other@example.com", "owner@example.com"]
    assert saved[0].saved_at >= saved[1].saved_at


def test_the_machine_is_part_of_what_the_pages_show(database: Database) -> None:
    with database.transaction() as session:
        before = snapshot.load(session)
        bench.save(session, COARSE, actor="owner@example.com")
        after = snapshot.load(session)
    assert before != after
    assert {piece.tool for piece in after.pieces} == {COARSE.tool}


def test_where_the_jig_stands_changes_no_page(database: Database) -> None:
    with database.transaction() as session:
        bench.save(session, FINE, actor="owner@example.com")
        before = snapshot.load(session)
        bench.save(session, Profile(FINE.tool, Jig(1, 2, 3)), actor="owner@example.com")
        assert snapshot.load(session) == before
