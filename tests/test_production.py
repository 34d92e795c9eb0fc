"""Half-made production does not start: each case is refused by the name of what must change."""

from pathlib import Path

import pytest

from shop.settings import Settings, SettingsError, from_environment

STRONG = "kR7vQ2mX9pL4wZ8tB3nY6cF1hJ5sD0gA"
LIVE = {
    "SECRET_KEY": STRONG,
    "SITE_URL": "https://shop.example.org",
    "PROXIES": "1",
    "MAIL_URL": "smtps://shop:hunter2@mail.example.org",
    "STRIPE_SECRET_KEY": "sk_live_hunter2",
    "STRIPE_WEBHOOK_SECRET": "whsec_hunter2hunter2hunter2",
}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def read(folder: Path, **changes: str) -> Settings:
    return from_environment({"INSTANCE_DIR": str(folder / "instance"), **LIVE, **changes})


def test_a_whole_production_starts(tmp_path: Path) -> None:
    assert read(tmp_path).livemode
    assert read(tmp_path, SECRET_KEY="").secret_key, "a key that the shop made is good enough"
    assert read(tmp_path, STRIPE_API_BASE="https://api.stripe.com").stripe_api_base
    assert read(tmp_path, DATABASE_URL="postgresql+psycopg://shop@db/shop").livemode
    assert read(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path / 'own.db'}").livemode


HALF_MADE = {
    "a one letter key": ({"SECRET_KEY": "a"}, "SECRET_KEY"),
    "a short key": ({"SECRET_KEY": STRONG[:31]}, "SECRET_KEY"),
    "a key of one letter": ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
    "a key of two words": ({"SECRET_KEY": "changeme" * 8}, "SECRET_KEY"),
    "money over http": ({"SITE_URL": "http://shop.example.org"}, "SITE_URL"),
    "money on this machine": ({"SITE_URL": "https://127.0.0.1:8000"}, "SITE_URL"),
    "money at localhost": ({"SITE_URL": "https://localhost"}, "SITE_URL"),
    "money in a network of one's own": ({"SITE_URL": "https://10.0.0.5"}, "SITE_URL"),
    "money at a name of one's own": ({"SITE_URL": "https://shop.internal"}, "SITE_URL"),
    "half of the webhook's secret": ({"STRIPE_WEBHOOK_SECRET": "whsec_hunter2"}, "STRIPE_WEBHOOK_SECRET"),
    "everybody looks like the proxy": ({"PROXIES": "0"}, "PROXIES"),
    "nobody has said how many proxies": ({"PROXIES": ""}, "PROXIES"),
    "Stripe's key in the clear": ({"STRIPE_API_BASE": "http://api.stripe.com"}, "STRIPE_API_BASE"),
    "Stripe's key to somebody else": ({"STRIPE_API_BASE": "https://stripe.example.org"}, "STRIPE_API_BASE"),
    "Stripe's key to a look-alike": ({"STRIPE_API_BASE": "https://notstripe.com"}, "STRIPE_API_BASE"),
    "e-mails that nobody gets": ({"MAIL_URL": ""}, "MAIL_URL"),
    "a database where one stands": ({"DATABASE_URL": "sqlite:///shop.db"}, "DATABASE_URL"),
    "keys where one stands": ({"KEYS_URL": "sqlite:///keys.db"}, "KEYS_URL"),
}


@pytest.mark.parametrize("case", HALF_MADE)
def test_half_made_production_is_refused_by_name_in_a_sentence(tmp_path: Path, case: str) -> None:
    changes, name = HALF_MADE[case]
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, **changes)
    said = str(refused.value)
    assert said.startswith(name)
    assert said.endswith(".")
    assert "hunter2" not in said


WRONG_ANYWHERE = {
    "a page within a site": ({"SITE_URL": "https://example.org/shop"}, "SITE_URL"),
    "a query": ({"SITE_URL": "https://example.org?x=1"}, "SITE_URL"),
    "a password in the address": ({"SITE_URL": "https://a:hunter2@example.org"}, "SITE_URL"),
    "a publishable key": ({"STRIPE_SECRET_KEY": "pk_live_hunter2"}, "STRIPE_SECRET_KEY"),
    "the two secrets changed about": (
        {"STRIPE_SECRET_KEY": "whsec_hunter2", "STRIPE_WEBHOOK_SECRET": "sk_live_hunter2"},
        "STRIPE_SECRET_KEY",
    ),
    "no webhook secret": ({"STRIPE_WEBHOOK_SECRET": "sk_live_hunter2"}, "STRIPE_WEBHOOK_SECRET"),
    "a database in memory": ({"DATABASE_URL": "sqlite:///:memory:"}, "DATABASE_URL"),
    "a database of no name": ({"DATABASE_URL": "sqlite:///"}, "DATABASE_URL"),
}


@pytest.mark.parametrize("case", WRONG_ANYWHERE)
def test_what_cannot_be_meant_is_refused_live_or_not(tmp_path: Path, case: str) -> None:
    changes, name = WRONG_ANYWHERE[case]
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, **changes)
    assert str(refused.value).startswith(name)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("content", ["", "\n", "   ", "abc"])
@pytest.mark.parametrize("name", ["secret_key", "vault_key"])
def test_an_empty_key_file_stops_the_start_and_stays_as_it_was(
    tmp_path: Path, name: str, content: str
) -> None:
    folder = {"INSTANCE_DIR": str(tmp_path / "instance")}
    from_environment(folder)
    file = tmp_path / "instance" / "keys" / name
    file.write_text(content)
    with pytest.raises(SettingsError, match=f"{name} is damaged"):
        from_environment(folder)
    assert file.read_text() == content


def test_the_stand_in_over_https_needs_its_proxies_too(tmp_path: Path) -> None:
    site = {"INSTANCE_DIR": str(tmp_path / "instance"), "SITE_URL": "https://try.example.org"}
    with pytest.raises(SettingsError, match="PROXIES"):
        from_environment(site)
    assert from_environment({**site, "PROXIES": "1"}).secure


def test_at_home_a_short_key_and_no_mail_are_fine(tmp_path: Path) -> None:
    assert from_environment({"INSTANCE_DIR": str(tmp_path / "instance"), "SECRET_KEY": "a"}).secret_key == "a"
