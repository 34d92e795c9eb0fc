"""Buyers in a process of their own, at the last step of the checkout; a line of JSON says what they do.

`{"url": ..., "folder": ..., "tokens": [...]}`: each basket is taken to the payment page at the same moment;
what was answered is told in JSON. With `"forever": true` a few buyers instead order and pay one basket after
the other, and tell each answer in a line as soon as they have it, until the process is killed.
"""

import json
import re
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from shop.application import create_app
from shop.settings import Settings
from tests.keys import VAULT_KEY, keys_url

SECRET = "a secret for tests"
FIELD = re.compile(r'name="(csrf_token|agreed)"[^>]*value="([^"]*)"')


def settings_for(url: str, folder: str) -> Settings:
    return Settings(
        database_url=url,
        secret_key=SECRET,
        vault_key=VAULT_KEY,
        keys_url=keys_url(url),
        instance_dir=Path(folder),
        site_url="http://localhost",
    )


def at_the_last_step(app: Flask, token: str) -> tuple[FlaskClient, dict[str, str]]:
    buyer = app.test_client()
    buyer.environ_base["REMOTE_ADDR"] = f"2001:{token.encode()[:2].hex()}:{token.encode()[2:4].hex()}::1"
    buyer.set_cookie("basket", token)
    return buyer, dict(FIELD.findall(buyer.get("/checkout/payment").text))


def press(buyer: FlaskClient, fields: dict[str, str]) -> TestResponse:
    return buyer.post("/checkout/payment", data=fields)


def all_at_once(app: Flask, tokens: list[str]) -> list[dict[str, Any]]:
    ready = [at_the_last_step(app, token) for token in tokens]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    start = threading.Barrier(len(ready))

    def buy(one: tuple[FlaskClient, dict[str, str]]) -> dict[str, Any]:
        start.wait(60)
        answer = press(*one)
        return {"status": answer.status_code, "to": answer.location, "page": answer.text}

    with ThreadPoolExecutor(len(ready)) as pool:
        return list(pool.map(buy, ready))


def one_after_the_other(app: Flask, tokens: list[str]) -> None:
    for token in tokens:
        buyer, fields = at_the_last_step(app, token)
        placed = press(buyer, fields)
        if placed.status_code != 303:
            say("refused", str(placed.status_code))
            continue
        page = placed.location or ""
        say("placed", page.rpartition("/")[2])
        fields = dict(FIELD.findall(buyer.get(page).text)) | {"outcome": "pays"}
        back = buyer.post(page, data=fields)
        say("paid", page.rpartition("/")[2])
        if "with us" in buyer.get(back.location or "").text:
            say("thanked", page.rpartition("/")[2])


def say(what: str, which: str) -> None:
    sys.stdout.write(f"{what} {which}\n")
    sys.stdout.flush()


def main() -> None:
    told = json.loads(sys.stdin.readline())
    app = create_app(settings_for(told["url"], told["folder"]))
    tokens = told["tokens"]
    if not told.get("forever"):
        sys.stdout.write(json.dumps(all_at_once(app, tokens)) + "\n")
        return
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda at: one_after_the_other(app, tokens[at::3]), range(3)))


if __name__ == "__main__":
    main()
