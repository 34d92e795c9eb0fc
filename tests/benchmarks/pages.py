"""Public pages against a bare 'hello' under the same server: rate, and CPU time of the whole process tree."""

from collections import defaultdict
from collections.abc import Sequence
from http.client import OK, HTTPConnection
from itertools import count
from urllib.parse import urlencode

from tests.benchmarks.load import requests_during
from tests.benchmarks.processes import cpu_of_living
from tests.benchmarks.servers import Running
from tests.benchmarks.table import Row, middle

ROUNDS, SECONDS = 3, 2
PATHS = ("/", "/pieces", "/pieces/disc")
BLOCKS, BLOCK = 11, 28
"""Rounds, and previews of each kind in one: of more in so short a time some would be refused."""
FIRST = 3
MET = 32
"""Words of each kind that are drawn before: each letter's first drawing is not what is measured."""
WORDS = {  # by piece: the field of the name, that of the date, and a picture to lay them on
    "disc": ("front-1", "front-2", "disc-silver-front"),
    "heart": ("front-1", "front-2", "heart-silver-front"),
    "two-rings": ("large-1", "small-1", "two-rings-silver-front"),
    "thread": ("front-1", "back-1", "thread-silver-front"),
    "keeping": ("left-1", "left-2", "keeping-silver-front"),
}
DATES = ("14 May 2026", "3.5.21", "1 June 2024", "12/11/25")


def compare(hello: Running, shop: Running) -> list[Row]:
    rate: dict[str, list[float]] = defaultdict(list)
    cost: dict[str, list[float]] = defaultdict(list)
    for _ in range(ROUNDS):
        for name, server, path in (("hello", hello, "/"), *((path, shop, path) for path in PATHS)):
            before = server.cpu()
            answered, seconds = requests_during(server.port, path, SECONDS)
            rate[name].append(answered / seconds)
            cost[name].append(1000 * (server.cpu() - before) / answered)
    rates = {name: middle(values) for name, values in rate.items()}
    costs = {name: middle(values) for name, values in cost.items()}
    rows = []
    for path in PATHS:
        ours, theirs = rates[path], rates["hello"]
        rows.append(Row(f"{path} requests/s", f"{ours:.0f}", f"{theirs:.0f}", ours / theirs, "0.6 or more"))
        mine, bare = costs[path], costs["hello"]
        rows.append(Row(f"{path} CPU ms", f"{mine:.3f}", f"{bare:.3f}", mine / bare, "1.67 or less"))
    return [*rows, *_previews(hello, shop)]


def _previews(hello: Running, shop: Running) -> list[Row]:
    """Each kind against hello, asked in the same way: one request at a time, in turn in short blocks.

    A server that is asked now and then takes more for each answer than one that is kept busy (it sleeps and
    is woken, and finds its memory cold): the rows above are no measure for these.
    """
    kinds = [(piece, on_picture) for piece in WORDS for on_picture in (False, True)]
    mine: dict[tuple[str, bool], list[float]] = defaultdict(list)
    bare: dict[tuple[str, bool], list[float]] = defaultdict(list)
    numbers = count()
    for kind in kinds:
        cpu_ms(shop, [_address(kind[0], next(numbers), kind[1]) for _ in range(MET)])
    for _ in range(BLOCKS):
        for kind in kinds:
            bare[kind].append(cpu_ms(hello, ["/"] * BLOCK))
            words = [_address(kind[0], next(numbers), kind[1]) for _ in range(BLOCK)]
            mine[kind].append(cpu_ms(shop, words))
    return [_row(kind, mine[kind], bare[kind]) for kind in kinds]


def _row(kind: tuple[str, bool], mine: Sequence[float], bare: Sequence[float]) -> Row:
    name = f"new preview, {kind[0]}, {'on its picture' if kind[1] else 'plain'}, CPU ms"
    ours, theirs = middle(mine), middle(bare)
    return Row(name, f"{ours:.3f}", f"{theirs:.3f}", ours / theirs, "2.5 or less")


def cpu_ms(server: Running, addresses: Sequence[str]) -> float:
    """CPU milliseconds of the whole process tree for one of these, one after the other.

    The first few are not measured: with them a process looks up what it looks up once a second.
    """
    connection = HTTPConnection("127.0.0.1", server.port)
    _ask(connection, addresses[:FIRST])
    before = cpu_of_living(server.pid)
    _ask(connection, addresses[FIRST:])
    spent = cpu_of_living(server.pid) - before
    connection.close()
    return 1000 * spent / len(addresses[FIRST:])


def _ask(connection: HTTPConnection, addresses: Sequence[str]) -> None:
    for address in addresses:
        connection.request("GET", address)
        answer = connection.getresponse()
        assert answer.read()
        assert answer.status == OK, "a refusal is no drawing"


def _address(piece: str, number: int, on_picture: bool) -> str:
    """A preview of a name and a date never drawn before."""
    name, date, picture = WORDS[piece]
    asked = {"piece": piece, "face": "great-vibes" if number % 2 else "marcellus"}
    asked |= {f"engraving-{name}": _name(number), f"engraving-{date}": DATES[number % len(DATES)]}
    return "/engravings/preview.svg?" + urlencode(asked | ({"picture": picture} if on_picture else {}))


def _name(number: int) -> str:
    letters = "abcdefghijklmnop"
    return "A" + "".join(letters[number >> shift & 15] for shift in (0, 4, 8, 12))
