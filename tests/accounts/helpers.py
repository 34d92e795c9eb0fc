"""What a person does in a browser."""

import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

EMAIL = "melissa@inremembrance.co.uk"
PASSWORD = "a lamp left on for you"


def token_in(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def post(browser: FlaskClient, address: str, form: str | None = None, **fields: str) -> TestResponse:
    """Load the page `form`, fill its fields in, and send it to `address`."""
    token = token_in(browser.get(form or address))
    return browser.post(address, data={"csrf_token": token, **fields})


def sign_in(
    browser: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **fields: str
) -> TestResponse:
    return post(browser, "/sign-in", email=email, password=password, **fields)
