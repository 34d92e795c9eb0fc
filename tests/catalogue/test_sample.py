"""The sample collection: all there, loaded once, and lawful."""

import re

import pytest
from sqlalchemy import delete, func, select

from shop import sample, stock
from shop.catalogue import snapshot
from shop.catalogue.hallmarking import (
    SILVER_HALLMARK_FROM_MG,
    MisleadingMetal,
    NeedsHallmark,
    check_metal_name,
    check_weight,
)
from shop.catalogue.models import Picture, Piece, Variant
from shop.catalogue.renderings import rendering
from shop.db import Database
from tests.engines import ONE_ENGINE


@pytest.fixture
def catalogue(bare_database: Database) -> snapshot.Catalogue:
    with bare_database.transaction() as session:
        sample.load_sample(session)
    with bare_database.reading() as session:
        return snapshot.load(session)


@ONE_ENGINE
def test_there_are_six_pieces_in_the_owners_order(catalogue):
    assert [piece.slug for piece in catalogue.pieces] == [
        "heart",
        "two-rings",
        "disc",
        "thread",
        "petal",
        "keeping",
    ]


@ONE_ENGINE
def test_every_piece_comes_in_both_metals_and_three_chain_lengths(catalogue):
    for piece in catalogue.pieces:
        offered = {(variant.metal_slug, variant.chain_inches) for variant in piece.variants}
        assert offered == {(metal, inches) for metal in ("silver", "gold") for inches in (16, 18, 20)}


@ONE_ENGINE
def test_every_piece_says_what_it_is_and_shows_itself_in_both_metals(catalogue):
    for piece in catalogue.pieces:
        assert piece.summary
        assert piece.description
        assert piece.measures
        assert piece.wearing
        assert {picture.metal_slug for picture in piece.pictures} == {"silver", "gold", None}
        assert all(picture.alt for picture in piece.pictures)


@ONE_ENGINE
def test_box_clasp_and_every_view_of_a_piece_are_in_the_metal_that_is_looked_at(catalogue):
    for piece in catalogue.pieces:
        views = {"silver": set(), "gold": set()}
        for picture in piece.pictures:
            if picture.metal_slug:
                views[picture.metal_slug].add(re.sub(r"-(silver|gold)|-\d+\.webp", "", picture.file))
                assert ("-gold" in picture.file) == (picture.metal_slug == "gold"), picture.file
                assert ("gold" in picture.alt) == (picture.metal_slug == "gold"), picture.alt
        assert views["silver"] == views["gold"]
        assert any("box" in view for view in views["gold"])


def test_a_rendering_made_anew_has_its_words_where_its_metal_now_is(bare_database: Database):
    with bare_database.transaction() as session:
        sample.load_sample(session)
        stage = session.scalars(select(Picture).where(Picture.file.contains("disc-gold-front"))).one()
        stage.placements = {"front": {"matrix": [39.0, 0.0, 0.0, 39.0, 480.0, 690.0]}}
    with bare_database.transaction() as session:
        assert sample.load_sample(session) == 0
    with bare_database.reading() as session:
        stage = session.scalars(select(Picture).where(Picture.file.contains("disc-gold-front"))).one()
        assert stage.placements == rendering("disc-gold-front")["placements"]


@ONE_ENGINE
def test_each_piece_is_itself_worn_in_both_metals_on_chains_of_every_length(catalogue):
    for piece in catalogue.pieces:
        worn = {picture.metal_slug: picture for picture in piece.pictures if picture.name.endswith("-worn")}
        assert {metal: shown.name for metal, shown in worn.items()} == {
            metal: f"{piece.slug}-{metal}-worn" for metal in ("silver", "gold")
        }
        assert worn["silver"].alt.startswith("In silver. ")
        assert worn["gold"].alt.startswith("Plated in warm yellow gold. ")
        lengths = sorted({variant.chain_inches for variant in piece.variants})
        for picture in worn.values():
            assert [int(number) for number in re.findall(r"\d+", picture.alt)] == lengths


def test_where_every_piece_showed_the_disc_worn_it_shows_itself(bare_database: Database):
    def shown_of(session, slug):
        rows = select(Picture.file, Picture.metal_id, Picture.alt).join(Piece).where(Piece.slug == slug)
        return session.execute(rows.order_by(Picture.position, Picture.id)).all()

    with bare_database.transaction() as session:
        sample.load_sample(session)
        fresh = shown_of(session, "heart")
        first = session.scalars(select(Picture).where(Picture.file.contains("heart-silver-worn"))).one()
        first.file, first.metal_id, first.alt = "catalogue/worn-1200.webp", None, "The disc on three chains."
        session.execute(delete(Picture).where(Picture.file.contains("heart-gold-worn")))
    with bare_database.transaction() as session:
        assert sample.load_sample(session) == 0
    with bare_database.reading() as session:
        assert shown_of(session, "heart") == fresh


@ONE_ENGINE
def test_only_petal_carries_no_words(catalogue):
    assert [piece.slug for piece in catalogue.pieces if not piece.engravable] == ["petal"]
    assert {piece.slug: sum(side.lines for side in piece.sides) for piece in catalogue.pieces} == {
        "heart": 2,
        "two-rings": 2,
        "disc": 5,
        "thread": 2,
        "petal": 0,
        "keeping": 6,
    }


@ONE_ENGINE
def test_gold_is_never_named_without_plated_and_silver(catalogue):
    for piece in catalogue.pieces:
        for variant in piece.variants:
            check_metal_name(variant.metal_name)
            assert "925" in variant.fineness


@ONE_ENGINE
def test_nothing_is_heavier_than_the_hallmark_limit_unless_it_is_marked(catalogue):
    for piece in catalogue.pieces:
        for variant in piece.variants:
            assert variant.hallmarked or variant.weight_mg < SILVER_HALLMARK_FROM_MG


@ONE_ENGINE
def test_prices_lie_between_60_and_140_pounds(catalogue):
    assert all(6000 <= v.price_pence <= 14000 for piece in catalogue.pieces for v in piece.variants)


@ONE_ENGINE
def test_everything_can_be_had_at_the_opening(catalogue):
    assert all(variant.available for piece in catalogue.pieces for variant in piece.variants)


@ONE_ENGINE
def test_a_variant_is_found_by_its_id_with_its_piece(catalogue):
    disc = catalogue.by_slug["disc"]
    assert catalogue.find(disc.variants[0].id) == (disc, disc.variants[0])
    assert catalogue.find(999_999) is None


def test_loading_again_adds_nothing_and_leaves_the_owners_changes(bare_database):
    database = bare_database
    with database.transaction() as session:
        assert sample.load_sample(session) == 6
    with database.transaction() as session:
        disc = session.scalars(select(Piece).where(Piece.slug == "disc")).one()
        disc.name = "Round"
        variants = session.scalar(select(func.count()).select_from(Variant))
        levels = stock.levels(session)
    with database.transaction() as session:
        assert sample.load_sample(session) == 0
        assert session.scalars(select(Piece.name).where(Piece.slug == "disc")).one() == "Round"
        assert session.scalar(select(func.count()).select_from(Variant)) == variants
        assert stock.levels(session) == levels
        assert stock.check(session) == []


@ONE_ENGINE
def test_two_readings_of_the_same_catalogue_are_equal(bare_database, catalogue):
    with bare_database.reading() as session:
        assert snapshot.load(session) == catalogue


@pytest.mark.parametrize("name", ["18ct gold", "Gold vermeil", "Gold plated", "Gold on silver"])
def test_a_metal_that_only_says_gold_is_refused(name):
    with pytest.raises(MisleadingMetal, match="gold plated"):
        check_metal_name(name)


def test_a_heavy_piece_needs_its_hallmark():
    with pytest.raises(NeedsHallmark, match=r"7\.78 g"):
        check_weight("X", 7780, from_mg=SILVER_HALLMARK_FROM_MG, hallmarked=False)
    check_weight("X", 7779, from_mg=SILVER_HALLMARK_FROM_MG, hallmarked=False)
    check_weight("X", 9000, from_mg=SILVER_HALLMARK_FROM_MG, hallmarked=True)
