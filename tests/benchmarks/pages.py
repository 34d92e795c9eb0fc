"""Public pages against a bare 'hello' under the same server: rate, and CPU time of the whole process tree."""

import math
from collections import defaultdict
from time import process_time

from shop.engraving import Area, preview
from tests.benchmarks.load import requests_during
from tests.benchmarks.servers import Running
from tests.benchmarks.table import Row, middle

ROUNDS, SECONDS = 3, 2
PATHS = ("/", "/pieces", "/pieces/disc")
DISC = Area(key="front", label="Front", shape="disc", width_mm=16, height_mm=16, lines=3)
WORDS = {"face": "marcellus", "engraving-front-1": "Caoimhe", "engraving-front-2": "14 May"}


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
    mine = preview_ms()
    return [
        *rows,
        Row("preview CPU ms", f"{mine:.3f}", f"{costs['hello']:.3f}", mine / costs["hello"], "3 or less"),
    ]


def preview_ms(times: int = 300) -> float:
    """CPU milliseconds of one preview of words never drawn before."""
    preview(WORDS, [DISC])  # the faces are read once per process
    best = math.inf
    for batch in range(ROUNDS):
        words = [WORDS | {"engraving-front-1": _name(batch * times + n)} for n in range(times)]
        began = process_time()
        for asked in words:
            preview(asked, [DISC])
        best = min(best, process_time() - began)
    return 1000 * best / times


def _name(number: int) -> str:
    letters = "abcdefghijklmnop"
    return "A" + "".join(letters[number >> shift & 15] for shift in (0, 4, 8, 12))
