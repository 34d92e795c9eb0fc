"""A buyer sends a photograph for a side of a piece, sees its outline, and nobody else ever does."""

import io
import logging
from collections.abc import Mapping

import pytest
from flask import Flask
from PIL import Image, ImageDraw
from sqlalchemy import select
from werkzeug.test import TestResponse

from shop.checkout import basket_words, upload_pages
from shop.checkout.upload_routes import MOST_MB
from shop.uploads import store, trace_queue
from shop.uploads.kept_photographs import KeptPhotograph
from shop.uploads.models import ArtworkUpload
from shop.web.setup import MAX_PHOTOGRAPH_REQUEST_BYTES
from tests.artwork.uploads import A_DOZEN, HEIC, PLACE, hostile
from tests.shopper import Shopper, form_on, reason_beside, soup, summary

PAGE = "/pieces/disc/artwork/back"
CORNERS = {
    f"corner-{number}-{way}": value
    for number, ends in enumerate((("10", "10"), ("90", "10"), ("90", "90"), ("10", "90")), 1)
    for way, value in zip(("across", "down"), ends, strict=True)
}


@pytest.fixture
def engine_name() -> str:
    """What is written and read is tried on both databases in tests/uploads."""
    return "sqlite"


@pytest.fixture
def buyer(app: Flask) -> Shopper:
    return Shopper(app)


def drawn(form: str = "JPEG", **how: object) -> bytes:
    """A sheet of paper with a thick letter on it."""
    picture = Image.new("RGB", (800, 600), (236, 232, 224))
    ImageDraw.Draw(picture).line([(250, 420), (330, 190), (410, 420), (490, 190)], (30, 30, 60), 26, "curve")
    file = io.BytesIO()
    picture.save(file, form, **how)
    return file.getvalue()


def multipart(fields: Mapping[str, str], photograph: bytes | None) -> tuple[bytes, str]:
    named = 'Content-Disposition: form-data; name="{}"'
    parts = [(named.format(name), value.encode()) for name, value in fields.items()]
    chosen = "" if photograph is None else "IMG_1.jpg"
    parts.append((named.format("photograph") + f'; filename="{chosen}"', photograph or b""))
    body = b"".join(b"--edge\r\n%s\r\n\r\n%s\r\n" % (head.encode(), value) for head, value in parts)
    return body + b"--edge--\r\n", "multipart/form-data; boundary=edge"


def sends(buyer: Shopper, photograph: bytes | None, page: str = PAGE, **fields: str) -> TestResponse:
    _, sent = form_on(buyer.get(page), page)
    body, kind = multipart({**sent.to_dict(), "kind": "handwriting", **fields}, photograph)
    return buyer.client.post(page, data=body, content_type=kind)


def kept(app: Flask) -> list[str]:
    with Shopper(app).database.reading() as session:
        return list(session.scalars(select(ArtworkUpload.id)))


def path_of(answer: TestResponse) -> str:
    return answer.location.partition("?")[0]


@pytest.mark.slow
def test_a_photograph_becomes_an_outline_that_can_be_placed_on_the_piece(app: Flask, buyer: Shopper) -> None:
    answer = sends(buyer, drawn())
    assert answer.status_code == 303, summary(answer)
    page = buyer.get(answer.location)
    assert "Traced: 1 part, up to " in page.text
    assert "mm high on Disc, back." in page.text
    assert "Its finest line is " in page.text
    upload = path_of(answer).removeprefix("/artwork/")
    link = soup(page).find("a", string="Place it on Disc, back")
    assert link
    assert link["href"] == f"{PAGE}/{upload}"
    picture = buyer.get(f"/artwork/{upload}/photograph.jpg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    outline = buyer.get(f"/artwork/{upload}/outline.svg")
    assert (outline.mimetype, outline.headers["Cache-Control"]) == ("image/svg+xml", "private, no-store")
    assert "fill-rule" in outline.text
    assert f'src="/artwork/{upload}/outline.svg"' in buyer.get(PAGE).text, "and it is listed there"


@pytest.mark.slow
def test_another_browser_is_told_of_none_of_it(app: Flask, buyer: Shopper) -> None:
    path = path_of(sends(buyer, drawn()))
    other = Shopper(app)
    for stranger in (other, Shopper(app)):
        for address in (path, f"{path}/photograph.jpg", f"{path}/outline.svg"):
            assert stranger.get(address).status_code == 404, address
        assert stranger.post(path, {}).status_code == 404
        assert path not in stranger.get(PAGE).text
    token = form_on(other.get(PAGE), PAGE)[1]["csrf_token"]
    assert other.post(f"{path}/removal", {"csrf_token": token}).status_code == 303
    assert len(kept(app)) == 1
    assert buyer.get(path).status_code == 200


@pytest.mark.slow
def test_it_is_drawn_again_as_its_corners_are_set_without_script(buyer: Shopper) -> None:
    path = path_of(sends(buyer, drawn()))
    address = f"{path}?piece=disc&side=back"
    _, sent = form_on(buyer.get(address), address)
    assert sent["corner-3-across"] == "100"
    answer = buyer.post(address, {**sent.to_dict(), **CORNERS, "kind": "signature"})
    assert answer.status_code == 303
    _, sent = form_on(buyer.get(answer.location), address)
    assert (sent["corner-3-across"], sent["corner-1-down"], sent["kind"]) == ("90", "10", "signature")
    assert "Traced: 1 part" in buyer.get(address).text


@pytest.mark.slow
def test_what_cannot_be_traced_is_kept_and_said_with_what_to_do(buyer: Shopper) -> None:
    plain = io.BytesIO()
    Image.new("RGB", (800, 600), (236, 232, 224)).save(plain, "JPEG")
    answer = sends(buyer, plain.getvalue())
    assert answer.status_code == 303
    page = buyer.get(answer.location)
    (said,) = soup(page).select("[data-part=said]")
    assert "Please" in said.text
    assert "Place it on" not in page.text
    assert buyer.get(f"{path_of(answer)}/outline.svg").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("corner-1-across", ""), ("corner-2-down", "x"), ("corner-3-across", "9" * 400), ("crop-left", "nan"),
     ("crop-top", "1e9"), ("sheet-wide", "210"), ("kind", "tattoo"), ("corner-1-across", "95")],
)  # fmt: skip
def test_a_number_that_no_photograph_has_is_refused_beside_its_field(
    app: Flask, buyer: Shopper, field: str, value: str
) -> None:
    path = path_of(kept_plainly(buyer))
    _, sent = form_on(buyer.get(path), path)
    answer = buyer.post(path, {**sent.to_dict(), **CORNERS, field: value})
    assert answer.status_code == 422
    assert len(reason_beside(answer, field)) > 15
    assert form_on(answer, path)[1]["corner-3-down"] == "90", "what else was typed stands there"


def kept_plainly(buyer: Shopper, sent: bytes = b"pixels") -> TestResponse:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            "shop.uploads.trace_queue.kept_photograph",
            lambda sent, _: KeptPhotograph(b"\xff\xd8" + sent, refused="Please come nearer."),
        )
        return sends(buyer, sent)


@pytest.mark.slow
@pytest.mark.parametrize(
    "names", [A_DOZEN, pytest.param((), marks=pytest.mark.faults_long)], ids=["a dozen", "all sixty"]
)
def test_no_hostile_file_is_kept_and_each_is_refused_kindly(
    app: Flask, buyer: Shopper, names: tuple[str, ...]
) -> None:
    files = hostile()
    for name in names or files:
        trace_queue.NETWORKS._accounts.clear()
        trace_queue.BASKETS._accounts.clear()
        answer = sends(buyer, files[name])
        assert answer.status_code == 422, name
        assert reason_beside(answer, "photograph").endswith("."), name
        assert form_on(answer, PAGE)[1]["kind"] == "handwriting", "what was chosen stands there"
    assert kept(app) == []


@pytest.mark.slow
def test_a_photograph_with_a_location_is_taken_without_it_and_no_log_has_it(
    app: Flask, buyer: Shopper, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert PLACE in HEIC
    answer = sends(buyer, HEIC)
    assert answer.status_code == 303, summary(answer)
    picture = buyer.get(f"{path_of(answer)}/photograph.jpg").data
    assert picture[:3] == b"\xff\xd8\xff"
    assert PLACE not in picture
    assert b"Exif" not in picture
    assert PLACE.decode() not in caplog.text
    assert "M0," not in caplog.text


def test_without_a_cookie_it_says_so_and_keeps_nothing(app: Flask, buyer: Shopper) -> None:
    page = buyer.get(PAGE)
    _, sent = form_on(page, PAGE)
    nobody = Shopper(app)
    body, kind = multipart({**sent.to_dict(), "kind": "print"}, drawn())
    answer = nobody.client.post(PAGE, data=body, content_type=kind)
    assert answer.status_code == 422
    assert "did not keep the one cookie" in summary(answer)[""]
    assert "once more" in reason_beside(answer, "photograph")
    assert kept(app) == []


def test_a_form_that_lay_open_for_days_is_shown_again(app: Flask, buyer: Shopper) -> None:
    answer = sends(buyer, drawn(), csrf_token="old")
    assert answer.status_code == 422
    assert "been open for a while" in summary(answer)[""]
    assert kept(app) == []
    path = path_of(kept_plainly(buyer))
    assert buyer.post(path, {**CORNERS, "csrf_token": "old"}).status_code == 422
    assert buyer.post(f"{path}/removal", {"csrf_token": "old"}).status_code == 303
    assert len(kept(app)) == 1, "another site cannot have it forgotten"


def test_sent_twice_it_is_kept_once(app: Flask, buyer: Shopper) -> None:
    first, second = kept_plainly(buyer), kept_plainly(buyer)
    assert path_of(first) == path_of(second)
    assert len(kept(app)) == 1


def test_the_seventh_is_refused_before_anything_is_read(
    app: Flask, buyer: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [path_of(kept_plainly(buyer, bytes([number]))) for number in range(store.MOST)]
    monkeypatch.setattr("shop.uploads.trace_queue.kept_photograph", lambda *_: pytest.fail("it was read"))
    assert "6 photographs here already" in reason_beside(sends(buyer, drawn()), "photograph")
    token = form_on(buyer.get(PAGE), PAGE)[1]["csrf_token"]
    answer = buyer.post(f"{paths[0]}/removal?piece=disc&side=back", {"csrf_token": token})
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert "are gone" in buyer.get(PAGE).text
    assert buyer.get(paths[0]).status_code == 404
    assert len(kept(app)) == store.MOST - 1


@pytest.mark.parametrize(
    ("sent", "kind", "field"),
    [(None, "print", "photograph"), (b"", "print", "photograph"), (b"x", "", "kind")],
    ids=["none", "empty", "no kind"],
)
def test_what_is_missing_is_said_beside_its_field(
    buyer: Shopper, sent: bytes | None, kind: str, field: str
) -> None:
    answer = sends(buyer, sent, kind=kind)
    assert answer.status_code == 422
    assert reason_beside(answer, field)


def test_a_file_that_is_far_too_large_is_not_even_read(buyer: Shopper) -> None:
    assert f"up to\n        {MOST_MB} MB" in buyer.get(PAGE).text
    body, kind = multipart({}, b"a" * MAX_PHOTOGRAPH_REQUEST_BYTES)
    assert buyer.client.post(PAGE, data=body, content_type=kind).status_code == 413


@pytest.mark.parametrize("whose", ["network", "basket"])
def test_whoever_has_had_much_traced_waits_a_minute(buyer: Shopper, whose: str) -> None:
    buyer.get(PAGE)
    cookie = buyer.client.get_cookie("basket")
    assert cookie
    if whose == "network":
        trace_queue.NETWORKS.charge("127.0.0.1", 100)
    else:
        trace_queue.BASKETS.charge(basket_words.token_hash(cookie.value), 100)
    answer = sends(buyer, drawn())
    assert answer.status_code == 429
    assert "wait a minute" in reason_beside(answer, "photograph")


def test_while_anothers_is_traced_one_is_asked_to_come_again(
    buyer: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace_queue, "WAITS_SECONDS", 0.01)
    with trace_queue._ONE_AT_A_TIME:
        answer = sends(buyer, drawn())
    assert answer.status_code == 503
    assert "in a few seconds" in reason_beside(answer, "photograph")


@pytest.mark.parametrize(
    "page", ["/pieces/nothing/artwork/front", "/pieces/disc/artwork/rim", "/pieces/two-rings/artwork/large"]
)
def test_a_side_that_takes_no_artwork_has_no_such_page(buyer: Shopper, page: str) -> None:
    assert buyer.get(page).status_code == 404
    assert buyer.post(page, {}).status_code == 404


def test_the_pieces_page_leads_there_for_each_side_that_takes_it(buyer: Shopper) -> None:
    found = {
        slug: [
            str(link["href"]) for link in soup(buyer.get(f"/pieces/{slug}")).select("a[href*='/artwork/']")
        ]
        for slug in ("disc", "two-rings", "petal")
    }
    assert found == {
        "disc": ["/pieces/disc/artwork/front", "/pieces/disc/artwork/back"],
        "two-rings": [],
        "petal": [],
    }
    assert {buyer.get(page).status_code for page in found["disc"]} == {200}


def test_where_it_may_go_is_said_by_piece_and_side(app: Flask) -> None:
    catalogue = type(
        "Shown", (), {"by_slug": {slug: Shopper(app).piece(slug) for slug in ("disc", "heart")}}
    )()
    names = [upload_pages.place_of(catalogue, *where) for where in (("disc", "front"), ("heart", "front"))]
    assert [place.name for place in names if place] == ["Disc, front", "Heart"]
