"""Who sends slowly holds no thread; what was sent is bounded in time, in size and in sum."""

import asyncio
import sqlite3
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from shop.serve.request_bodies import Bodies, TooLarge, TooSlow
from shop.web.setup import MAX_PICTURE_REQUEST_BYTES, MAX_REQUEST_BYTES
from tests.benchmarks.buyers import Browser
from tests.benchmarks.servers import Running
from tests.serve.attackers import ask, slow_bodies, slow_body

pytestmark = pytest.mark.slow

PAGES = ("/", "/pieces/disc", "/basket", "/support", "/healthz")


class Sending:
    """A body in pieces, the first at once and a pause before each other."""

    def __init__(self, *pieces: bytes, pause: float = 0.0) -> None:
        self.pieces, self.pause = pieces, pause

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for at, piece in enumerate(self.pieces):
            await asyncio.sleep(self.pause if at else 0)
            yield piece


def read(bodies: Bodies, *senders: Sending, announced: int | None = None) -> list[bytes | BaseException]:
    async def all_at_once() -> list[bytes | BaseException]:
        reading = [bodies.read(sender, announced) for sender in senders]
        return await asyncio.gather(*reading, return_exceptions=True)

    with ThreadPoolExecutor(1) as thread:  # a browser test before this one may have left a loop in the first
        return thread.submit(lambda: asyncio.run(all_at_once())).result()


@pytest.mark.parametrize("count", [10, 50])
def test_slow_bodies_keep_nobody_waiting(served: Running, count: int) -> None:
    with slow_bodies(served.port, count):
        took = {page: ask(served.port, page).seconds for page in PAGES}
        form = ask(served.port, "/basket/lines", method="POST", body=b"variant=1", Origin="http://127.0.0.1")
    assert max(took.values()) < 2, took
    assert form.status in {400, 404, 422}
    assert form.seconds < 2


def test_a_body_longer_than_any_form_is_refused_before_it_is_sent(served: Running) -> None:
    with slow_body(served.port, length=MAX_REQUEST_BYTES + 1) as sending:
        assert sending.recv(4096).startswith(b"HTTP/1.1 413")


def test_only_a_form_with_a_picture_may_be_longer(served: Running) -> None:
    for path, length, status in (
        ("/orders/x/claims", MAX_REQUEST_BYTES + 1, b""),
        ("/orders/x/claims", MAX_PICTURE_REQUEST_BYTES + 1, b"HTTP/1.1 413"),
        ("/orders/links", MAX_REQUEST_BYTES + 1, b"HTTP/1.1 413"),
    ):
        with slow_body(served.port, path=path, length=length) as sending:
            sending.settimeout(5 if status else 0.5)
            try:
                answer = sending.recv(4096)
            except TimeoutError:
                answer = b""
            assert answer.startswith(status), path
            assert bool(answer) == bool(status), path


def test_a_body_that_does_not_come_is_given_up() -> None:
    began = time.monotonic()
    (answer,) = read(Bodies(seconds=0.2), Sending(b"a", b"b", pause=5))
    assert isinstance(answer, TooSlow)
    assert time.monotonic() - began < 2


def test_a_body_that_comes_byte_by_byte_for_ever_is_given_up() -> None:
    (answer,) = read(Bodies(seconds=0.2), Sending(*[b"a"] * 1000, pause=0.01))
    assert isinstance(answer, TooSlow)


def test_a_whole_body_is_read_whatever_its_pieces() -> None:
    assert read(Bodies(), Sending(b"a=", b"", b"b"), Sending()) == [b"a=b", b""]


@pytest.mark.parametrize("announced", [None, 10])
def test_a_body_longer_than_it_said_or_that_said_nothing_is_cut_off(announced: int | None) -> None:
    (answer,) = read(Bodies(), Sending(*[b"a" * 1024] * 513), announced=announced)
    assert isinstance(answer, TooLarge)


def test_when_many_send_much_whoever_has_been_sending_longest_makes_room() -> None:
    stalled = [Sending(b"a" * 1000, b"b", pause=0.3) for _ in range(3)]
    honest = Sending(b"c" * 1000)
    first, *others = read(Bodies(seconds=1, most_bytes=3500), *stalled, honest)
    assert isinstance(first, TooSlow)
    assert [type(other) for other in others] == [bytes] * 3


def test_a_locked_database_stops_no_page_that_only_shows_and_a_change_is_answered_in_time(
    served: Running, folder: Path
) -> None:
    buyers = [Browser(served.port) for _ in range(12)]
    for buyer in buyers:
        buyer.get("/pieces/petal")

    def adds(buyer: Browser) -> tuple[int, str | None, float]:
        began = time.monotonic()
        fields = {name: buyer.hidden(name) for name in ("csrf_token", "variant")}
        answer = buyer.send("/basket/lines", fields)
        return answer.status, answer.headers.get("Retry-After"), time.monotonic() - began

    with closing(sqlite3.connect(folder / "shop.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(len(buyers)) as pool:
            adding = [pool.submit(adds, buyer) for buyer in buyers]
            took = {page: ask(served.port, page).seconds for page in PAGES * 3}
            answers = [one.result() for one in adding]
    assert max(took.values()) < 2, took
    assert {answer[:2] for answer in answers} == {(503, "5")}
    assert max(seconds for *_, seconds in answers) < 6, sorted(seconds for *_, seconds in answers)
    buyers[0].get("/pieces/petal")
    assert adds(buyers[0])[0] == 303
    for buyer in buyers:
        buyer.close()
