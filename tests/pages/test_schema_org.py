"""What machines are told has only types and properties of schema.org, with values of the kinds it allows."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pydantic import ValidationError

from shop import trader
from shop.pages import layout_context

pytestmark = pytest.mark.validator


@pytest.fixture(scope="module")
def check():
    """Raises ValidationError for a block that is not schema.org's."""
    import schema_org  # the whole vocabulary: a few seconds

    def run(block: dict) -> None:
        bare = {key: value for key, value in block.items() if key != "@context"}
        getattr(schema_org, block["@type"]).model_validate_json(json.dumps(bare))

    return run


def test_every_block_of_every_page_is_valid(client, check):
    checked = []
    for path in ("/", "/contact", *(f"/pieces/{slug}" for slug in ("heart", "two-rings", "disc", "petal"))):
        page = BeautifulSoup(client.get(path).text, "html.parser")
        for script in page.select("script[type='application/ld+json']"):
            block = json.loads(script.string)
            check(block)
            checked.append(block["@type"])
    assert sorted(set(checked)) == ["BreadcrumbList", "Organization", "ProductGroup"]


def test_a_real_sellers_address_is_valid(check):
    seller = replace(trader.load(Path("/nowhere"), livemode=False), sample=False, vat_number="GB1")
    check(layout_context.organization(seller, "https://shop.example"))


@pytest.mark.parametrize(
    "wrong", [{"prize": "1"}, {"offers": 3}, {"brand": {"@type": "Offer", "brandy": "x"}}]
)
def test_what_is_wrong_would_be_found(check, wrong):
    with pytest.raises(ValidationError):
        check({"@context": "https://schema.org", "@type": "Product", "name": "A", **wrong})
