"""A photograph belongs to one basket's cookie, is sealed with it, and goes in time."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import update

from shop import clock
from shop.artwork.refusals import NotTraced
from shop.artwork.request import WHOLE
from shop.dedications.sealing import SealBroken
from shop.uploads import store
from shop.uploads.kept_photographs import kept_photograph
from shop.uploads.models import ArtworkUpload
from shop.uploads.trace_queue import kept_and_traced, traced
from tests.artwork.uploads import A_DOZEN, PLACE, hostile, photograph, saved, with_a_place
from tests.uploads.conftest import ARTWORK, HERS, HIS, PIXELS, REQUEST, Counter


def test_a_photograph_is_found_by_its_own_cookie_alone(counter: Counter) -> None:
    upload = counter.sends()
    assert len(bytes.fromhex(upload)) == 16, "128 bits: nobody guesses one"
    assert counter.look(store.photograph, HERS, upload) == PIXELS
    assert counter.look(store.found, HERS, upload) == store.Upload(upload, REQUEST, None)
    assert counter.look(store.photograph, HIS, upload) is None
    assert counter.look(store.found, HIS, upload) is None
    assert not counter.change(store.save_outline, HIS, upload, REQUEST, ARTWORK)
    assert not counter.change(store.forget, HIS, upload)
    assert counter.look(store.own, HIS) == []


def test_what_was_traced_is_there_again_to_the_letter(counter: Counter) -> None:
    upload = counter.sends()
    counter.traced(upload)
    assert counter.look(store.found, HERS, upload).artwork == ARTWORK
    assert [one.id for one in counter.look(store.own, HERS)] == [upload]
    counter.change(store.save_outline, HERS, upload, REQUEST, None)
    assert counter.look(store.found, HERS, upload).artwork is None, "it was asked for otherwise"


def test_a_seventh_is_refused_with_what_to_do_until_one_is_forgotten(counter: Counter) -> None:
    first, *_ = [counter.sends(photograph=PIXELS + bytes([more])) for more in range(store.MOST)]
    with pytest.raises(store.TooMany, match=r"6 photographs .* forget one"):
        counter.sends()
    counter.sends(HIS)
    assert counter.change(store.forget, HERS, first)
    assert not counter.change(store.forget, HERS, first), "twice is fine"
    counter.sends()


def test_a_photograph_that_is_sent_twice_is_kept_once(counter: Counter) -> None:
    assert counter.sends() == counter.sends()
    assert counter.sends(HIS) != counter.sends()


def test_why_nothing_was_traced_is_there_when_its_page_is_opened_again(counter: Counter) -> None:
    upload = counter.sends()
    with counter.harness.database.transaction() as session:
        store.save_outline(session, HERS, upload, REQUEST, None, refused="Please come nearer.")
    assert counter.look(store.found, HERS, upload) == store.Upload(
        upload, REQUEST, None, refused="Please come nearer."
    )


def test_nothing_in_the_database_can_be_read_or_put_elsewhere(counter: Counter) -> None:
    one, other = counter.sends(), counter.sends(photograph=PIXELS[::-1])
    counter.traced(one)
    with counter.harness.database.transaction() as session:
        row = session.get_one(ArtworkUpload, one)
        for sealed in (row.photograph, row.request, row.outline):
            assert PIXELS[:16] not in sealed
            assert b"handwriting" not in sealed
            assert b"M0,0" not in sealed
        session.execute(
            update(ArtworkUpload)
            .where(ArtworkUpload.id == other)
            .values(photograph=row.photograph, request=row.request)
        )
    for read in (store.photograph, store.found):
        with pytest.raises(SealBroken):
            counter.look(read, HERS, other)


def test_one_that_nobody_used_for_seven_days_goes_and_one_in_an_order_stays(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, used, ordered = (counter.sends(photograph=PIXELS + end) for end in (b"1", b"2", b"3"))
    order = counter.ordered(("disc", "Wren"))
    counter.change(store.bind, HERS, ordered, order)
    later = clock.now() + timedelta(days=6, hours=23)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert counter.change(store.forget_old) == 0
    counter.change(store.touch, HERS, used)
    monkeypatch.setattr(clock, "now", lambda: later + timedelta(hours=2))
    assert counter.change(store.forget_old) == 1
    assert {one.id for one in counter.look(store.own, HERS)} == {used, ordered}
    assert counter.look(store.photograph, HERS, left) is None


def test_a_basket_opened_on_another_device_brings_its_photographs(counter: Counter) -> None:
    upload = counter.sends()
    counter.traced(upload)
    counter.change(store.move, HERS, HIS)
    assert counter.look(store.own, HERS) == []
    assert counter.look(store.found, HIS, upload).artwork == ARTWORK
    assert counter.look(store.photograph, HIS, upload) == PIXELS


@pytest.mark.slow
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_of_a_photograph_its_pixels_are_kept_and_not_where_it_was_taken(form: str) -> None:
    sent = with_a_place(form)
    assert PLACE in sent
    kept = kept_photograph(sent).jpeg
    assert kept[:3] == b"\xff\xd8\xff"
    assert PLACE not in kept
    assert b"Exif" not in kept


@pytest.mark.slow
@pytest.mark.parametrize(("sent_px", "kept_px"), [
    ((4032, 3024), (2016, 1512)), ((2016, 1512), (2016, 1512)), ((5700, 3800), (2156, 1437)),
])  # fmt: skip
def test_about_three_million_pixels_are_kept_of_however_many(
    sent_px: tuple[int, int], kept_px: tuple[int, int]
) -> None:
    kept = kept_photograph(saved(Image.new("RGB", sent_px, "white"), "JPEG")).jpeg
    assert Image.open(io.BytesIO(kept)).size == kept_px


@pytest.mark.slow
def test_what_is_traced_when_it_comes_is_what_is_traced_again_from_what_is_kept() -> None:
    kept, asked_for, found = kept_and_traced(photograph(2400), REQUEST)
    assert asked_for.corners != WHOLE, "its sheet is seen"
    assert found.artwork is not None
    assert traced(kept, asked_for) == found


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [A_DOZEN, pytest.param((), marks=pytest.mark.faults_long)], ids=["a dozen", "all sixty"]
)
def test_what_is_no_photograph_is_refused_with_what_to_do(names: tuple[str, ...]) -> None:
    files = hostile()
    for name in names or files:
        with pytest.raises(NotTraced) as refused:
            kept_photograph(files[name])
        assert str(refused.value).endswith("."), name
