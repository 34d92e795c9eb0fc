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
PREVIEWS = 3000
WORDS = {"piece": "disc", "face": "marcellus", "engraving-front-1": "Caoimhe", "engraving-front-2": "14 May"}


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
    for what, extra in (("drawing", {}), ("on the picture", {"picture": "disc-silver-front"})):
        mine = cpu_ms(shop, [_address(number, extra) for number in range(PREVIEWS)])
        rows.append(
            Row(f"new preview, {what}, CPU ms", f"{mine:.3f}", f"{bare:.3f}", mine / bare, "3 or less")
        )
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


def _address(number: int, extra: dict[str, str]) -> str:
    """A preview of words never drawn before."""
    return "/engravings/preview.svg?" + urlencode(WORDS | {"engraving-front-1": _name(number)} | extra)


def _name(number: int) -> str:
    emails = "abcdefghijklmnop"
    return "A" + "".join(emails[number >> shift & 15] for shift in (0, 4, 8, 12))
