"""An address that looks mistyped is recognised, and one that is right is left alone."""

import pytest

from shop.mail.likely_typos import PROVIDERS, meant

MISTYPED = {
    "gmial.con": "gmail.com", "gmail.con": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com",
    "gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gmail.co.uk": "gmail.com", "gnail.com": "gmail.com",
    "GMIAL.COM": "gmail.com", "hotmial.co": "hotmail.com", "hotmial.co.uk": "hotmail.co.uk",
    "hotmail.co.ukk": "hotmail.co.uk", "hotmail.couk": "hotmail.co.uk", "hotmil.con": "hotmail.com",
    "hotmali.com": "hotmail.com", "outllok.com": "outlook.com", "outlok.com": "outlook.com",
    "yaho.com": "yahoo.com", "yahoo.co.ku": "yahoo.co.uk", "yahoo.con": "yahoo.com",
    "iclould.com": "icloud.com",
    "icloud.con": "icloud.com", "icloud.co.uk": "icloud.com", "btinternet.co.uk": "btinternet.com",
    "btintrenet.com": "btinternet.com", "virginmedia.co.uk": "virginmedia.com", "live.con": "live.com",
    "sky.con": "sky.com", "aol.con": "aol.com", "example.co.ukk": "example.co.uk",
    "example.con": "example.com",
    "example.org.ukk": "example.org.uk", "my-shop.vom": "my-shop.com",
}  # fmt: skip

RIGHT = (
    *sorted(PROVIDERS),
    "example.com", "example.org", "example.co.uk", "mail.example.com", "hotmail.fr", "yahoo.ie", "outlook.de",
    "live.ie", "google.com", "amail.de", "me.uk", "five.com", "sly.com", "ail.com", "bbc.co.uk", "ox.ac.uk",
    "parliament.uk", "nhs.uk", "gov.uk", "cam.ac.uk", "xn--bcher-kva.example", "example.cm", "example.co",
    "company.uk.com", "hotels.com", "otmar.com",
)  # fmt: skip


@pytest.mark.parametrize(("typed", "likely"), MISTYPED.items())
def test_a_likely_slip_is_recognised(typed: str, likely: str) -> None:
    assert meant(f"Ada.Byron+x@{typed}") == f"Ada.Byron+x@{likely}"


@pytest.mark.parametrize("domain", RIGHT)
def test_an_address_that_may_well_be_right_is_not_asked_about(domain: str) -> None:
    assert meant(f"ada@{domain}") is None


@pytest.mark.parametrize(
    "typed", ["", "ada", "@", "ada@", "@gmail.com", "ada@.con", "ada@" + "x" * 250 + ".con"]
)
def test_whatever_is_typed_there_is_an_answer(typed: str) -> None:
    assert meant(typed) in {None, "ada@" + "x" * 250 + ".com"}
