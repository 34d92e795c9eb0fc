"""Public pages against a bare 'hello' under the same server: rate, and CPU time of the whole process tree."""

import math
from collections import defaultdict
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.benchmarks.load import requests_during
from tests.benchmarks.servers import Running
from tests.benchmarks.table import Row, middle

ROUNDS, SECONDS = 3, 2
PATHS = ("/", "/pieces", "/pieces/disc")
PREVIEWS = 1200
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
    bare = cpu_ms(hello, ["/"] * PREVIEWS)
    for piece in WORDS:
        for what in ("plain", "on its picture"):
            addresses = [_address(piece, number, what == "on its picture") for number in range(PREVIEWS)]
            mine = cpu_ms(shop, addresses)
            name = f"new preview, {piece}, {what}, CPU ms"
            rows.append(Row(name, f"{mine:.3f}", f"{bare:.3f}", mine / bare, "2.5 or less"))
    return rows


def cpu_ms(server: Running, addresses: list[str]) -> float:
    """CPU milliseconds of the whole process tree for one of these, one after the other; the best round."""
    best = math.inf
    for part in range(ROUNDS):
        connection = HTTPConnection("127.0.0.1", server.port)
        chosen = addresses[part::ROUNDS]
        before = server.cpu()
        for address in chosen:
            connection.request("GET", address)
            assert connection.getresponse().read()
        best = min(best, (server.cpu() - before) / len(chosen))
        connection.close()
    return 1000 * best


def _address(piece: str, number: int, on_picture: bool) -> str:
    """A preview of a name and a date never drawn before."""
    name, date, picture = WORDS[piece]
    asked = {"piece": piece, "face": "great-vibes" if number % 2 else "marcellus"}
    asked |= {f"engraving-{name}": _name(number), f"engraving-{date}": DATES[number % len(DATES)]}
    return "/engravings/preview.svg?" + urlencode(asked | ({"picture": picture} if on_picture else {}))


def _name(number: int) -> str:
    letters = "abcdefghijklmnop"
    return "A" + "".join(letters[number >> shift & 15] for shift in (0, 4, 8, 12))
