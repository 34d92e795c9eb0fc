"""The first process up to where it would be copied, and then what a copy does all day: `first_process.py`.

Prints JSON: which modules the first page took, how many threads it has, which files and sockets it has open,
which modules a day's work loaded, and which templates it made.
"""

import json
import os
import sys
from http import HTTPStatus
from pathlib import Path

from flask import Flask

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from shop.serve import startup
from shop.settings import from_environment


def main() -> None:
    app = startup.make_app(from_environment())
    at_first = sorted(sys.modules)
    startup.warm_up(app)
    files = [os.path.realpath(file) for file in Path("/proc/self/fd").iterdir()]
    found = {"threads": len(list(Path("/proc/self/task").iterdir())), "open": files, "at first": at_first}
    found["anew"] = _statements_made_anew(app)
    ours = set(sys.modules)
    from shop.worker import Worker
    from tests.shopper import Shopper, harness_of

    before, made = set(sys.modules), set(app.jinja_env.cache)
    harness, buyer = harness_of(app), Shopper(app)
    buyer.add("disc")
    buyer.tell_details()
    assert buyer.press_pay().status_code == 303
    harness.pays(1)
    harness.deliver_webhooks()
    for _ in range(3):
        Worker(app).step()
    assert harness.emails(1) == ["order-confirmation"]
    later = set(sys.modules) - before
    templates = sorted(name for _, name in set(app.jinja_env.cache) - made)
    found |= {"modules": sorted(ours | later), "later": sorted(later), "templates": templates}
    print(json.dumps(found))  # noqa: T201


def _statements_made_anew(app: Flask) -> list[str]:
    """The pages of which a copy would have to make a statement that the first process never made."""
    made = app.extensions["shop"].services.database.engine._compiled_cache
    found = []
    for page in startup.VISITED_SOON:
        before = len(made)
        assert app.test_client().get(page).status_code == HTTPStatus.OK
        found += [page] if len(made) > before else []
    return found


if __name__ == "__main__":
    main()
