"""The catalogue comes from memory, and yet is never older than the statement that asks for it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from shop import bench, stock
from shop.bench.profiles import NEW
from shop.catalogue import snapshot
from shop.catalogue.models import CatalogueVersion, Metal, Picture, Piece, Side, Variant
from shop.catalogue.views import Catalogue, VariantView
from shop.db import Database
from shop.engraving import Tool
from tests.engines import ONE_ENGINE
from tests.heard import heard

TOOL = Tool("diamond-drag", 0.1, 1.0)

WRITES: dict[str, Callable[[Session], object]] = {
    "metal": lambda session: session.execute(update(Metal).values(name=Metal.name + "!")),
    "piece": lambda session: session.execute(update(Piece).values(summary="Plain.")),
    "side": lambda session: session.execute(update(Side).values(label="Here")),
    "variant": lambda session: session.execute(update(Variant).values(price_pence=Variant.price_pence + 1)),
    "picture": lambda session: session.execute(update(Picture).values(alt="A picture.")),
    "picture taken away": lambda session: session.execute(delete(Picture)),
    "variant raw": lambda session: session.execute(text("UPDATE variant SET weight_mg = weight_mg + 1")),
    "bench profile": lambda session: bench.save(session, replace(NEW, tool=TOOL), actor="test"),
    "piece added": lambda session: session.add(
        Piece(slug="new", name="New", summary="", description="", measures="", wearing="", position=9,
              published=False)
    ),
}  # fmt: skip


def version(session: Session) -> str:
    return session.scalars(select(CatalogueVersion.version)).one()


def read(database: Database) -> Catalogue:
    with database.reading() as session:
        return snapshot.load(session)


def disc(catalogue: Catalogue) -> VariantView:
    return catalogue.by_slug["disc"].variants[0]


@pytest.mark.parametrize("what", WRITES)
def test_every_write_to_what_a_catalogue_is_read_from_moves_its_version(
    database: Database, what: str
) -> None:
    with database.reading() as session:
        before = version(session)
    with database.transaction() as session:
        WRITES[what](session)
    with database.reading() as session:
        assert version(session) != before


@ONE_ENGINE
def test_a_catalogue_that_is_known_costs_one_statement(database: Database) -> None:
    known = read(database)
    with heard(database.engine) as sent:
        assert read(database) is known
    assert len([statement for statement, _ in sent if not statement.startswith("BEGIN")]) == 1


def test_a_price_is_another_from_the_moment_it_is_kept_and_for_the_writer_at_once(database: Database) -> None:
    before = disc(read(database)).price_pence
    with database.transaction() as session:
        session.execute(update(Variant).values(price_pence=Variant.price_pence + 100))
        assert disc(snapshot.load(session)).price_pence == before + 100
        with database.reading() as elsewhere:
            assert disc(snapshot.load(elsewhere)).price_pence == before
    assert disc(read(database)).price_pence == before + 100


def test_a_price_that_was_rolled_back_is_not_remembered(database: Database) -> None:
    before = read(database)
    with pytest.raises(RuntimeError), database.transaction() as session:
        session.execute(update(Variant).values(price_pence=1))
        assert disc(snapshot.load(session)).price_pence == 1
        raise RuntimeError
    with database.transaction() as session:
        session.execute(update(Variant).values(price_pence=2))
    assert (disc(before).price_pence, disc(read(database)).price_pence) == (disc(before).price_pence, 2)
    assert disc(before).price_pence not in {1, 2}


@ONE_ENGINE
def test_what_was_sold_is_gone_from_a_catalogue_that_is_known(database: Database) -> None:
    variant = disc(read(database))
    with database.transaction() as session:
        level = stock.level_of(session, variant.id)
        stock.adjust(session, variant.id, -level.available, reason="counted", note="", actor="test")
    assert not disc(read(database)).available
    with database.transaction() as session:
        stock.adjust(session, variant.id, 1, reason="counted", note="", actor="test")
    assert disc(read(database)).available


def test_a_database_without_a_version_is_read_each_time(database: Database) -> None:
    known = read(database)
    with database.transaction() as session:
        session.execute(delete(CatalogueVersion))
    assert read(database) == known
    with database.transaction() as session:
        session.execute(update(Variant).values(price_pence=7))
    assert disc(read(database)).price_pence == 7
