"""Who sells: nothing the law asks for may be missing, and nobody sells in the name of the sample."""

from pathlib import Path

import pytest

from shop import trader
from shop.application import create_app
from shop.trader import SAMPLE, SampleTrader, TraderIncomplete
from tests.pages.conftest import PAGES
from tests.pages.trader_file import name_trader


def test_the_sample_says_everywhere_that_it_is_one(client):
    for path in PAGES:
        assert "These are sample details" in client.get(path).text, path


def test_real_money_is_not_taken_in_the_name_of_the_sample(tmp_path):
    assert trader.load(tmp_path, livemode=False).sample
    with pytest.raises(SampleTrader) as refused:
        trader.load(tmp_path, livemode=True)
    assert str(tmp_path / "trader.toml") in str(refused.value)


def test_the_owners_own_file_is_what_every_page_says(settings):
    name_trader(settings.instance_dir)
    app = create_app(settings)
    client = app.test_client()
    for path in ("/", "/pieces/disc", *PAGES):
        page = client.get(path).text
        assert "Wren Hall" in page, path
        assert "2 Harbour Road" in page, path
        assert "GB123456789" in page, path
        assert "sample details" not in page, path
        assert "within a day" in page, path
    assert "Wren Hall" in client.get("/delivery/cancellation-form.txt").text
    app.extensions["shop"].database.dispose()


@pytest.mark.parametrize(
    ("line", "instead", "said"),
    [
        ("sample = true", "", "sample must be true or false"),
        ("sample = true", 'sample = "yes"', "sample must be true or false"),
        ('form = "company"', 'form = "club"', "form must be one of"),
        ('legal_name = "Sample Jewellery Limited"', "", "legal_name"),
        ('legal_name = "Sample Jewellery Limited"', 'legal_name = " "', "legal_name"),
        ('legal_name = "Sample Jewellery Limited"', "legal_name = 4", "legal_name must be text"),
        ('company_number = "00000000"', "", "company_number"),
        ('registered_in = "England and Wales"', "", "registered_in"),
        ('email = "bench@example.com"', 'email = "bench"', "not an e-mail address"),
        ('vat = ""', 'van = ""', "no such thing as van"),
        ('vat = ""', "vat =", "not TOML"),
        ("also_posts_to = []", 'also_posts_to = ["France"]', "also_posts_to must be a list, of: Northern"),
        ("also_posts_to = []", 'also_posts_to = "France"', "also_posts_to must be"),
        ("address = [", "address = [] #", "address must be"),
        ("address = [", 'address = "Bath" #', "address must be"),
    ],
)
def test_what_is_missing_or_cannot_be_meant_is_said(tmp_path: Path, line: str, instead: str, said: str):
    file = tmp_path / "trader.toml"
    text = SAMPLE.read_text()
    assert line in text
    file.write_text(text.replace(f"\n{line}", f"\n{instead}"))
    with pytest.raises(TraderIncomplete, match=said):
        trader.load(tmp_path, livemode=False)


def test_a_sole_trader_needs_no_company_number(tmp_path):
    found = trader.read(name_trader(tmp_path))
    assert not found.is_company
    assert found.address == ("2 Harbour Road", "Whitby", "YO21 1AA")


def test_a_file_in_another_encoding_is_refused(tmp_path):
    (tmp_path / "trader.toml").write_bytes(b'name = "Zo\xeb"')
    with pytest.raises(TraderIncomplete, match="not TOML"):
        trader.load(tmp_path, livemode=False)


def test_vat_is_spoken_of_only_by_who_is_registered_for_it(app):
    from dataclasses import replace

    seller = app.extensions["shop"].trader
    assert "VAT" not in seller.goods
    assert "VAT included" in replace(seller, vat_number="GB 123 4567 89").goods
