"""What the environment may say, and how kindly the shop declines the rest."""

import stat
import threading
from pathlib import Path

import pytest

from shop.settings import PaymentMode, Settings, SettingsError, from_environment
from shop.signing_certificate import SigningCertificate
from tests.exports.certificates import PASSWORD, make_certificate, without_a_key


def read(folder: Path, **environ: str) -> Settings:
    return from_environment({"INSTANCE_DIR": str(folder / "instance"), **environ})


def test_an_empty_environment_is_enough(tmp_path: Path) -> None:
    found = read(tmp_path)
    assert found.payment_mode is PaymentMode.STAND_IN
    assert (found.port, found.site_url, found.mail_url) == (8000, "http://127.0.0.1:8000", None)
    assert found.database_url == f"sqlite:///{tmp_path / 'instance' / 'shop.db'}"
    assert not found.secure
    assert not found.livemode


def test_empty_values_count_as_none(tmp_path: Path) -> None:
    names = ("DATABASE_URL", "PORT", "SITE_URL", "MAIL_URL", "STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    assert read(tmp_path, **dict.fromkeys(names, "")).payment_mode is PaymentMode.STAND_IN


@pytest.mark.parametrize(("given", "missing"), [
    ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET"),
    ("STRIPE_WEBHOOK_SECRET", "STRIPE_SECRET_KEY"),
])  # fmt: skip
def test_one_stripe_key_without_the_other_is_refused_by_the_name_of_the_missing_one(
    tmp_path: Path, given: str, missing: str
) -> None:
    with pytest.raises(SettingsError, match=f"{given} is set but {missing} is missing") as refused:
        read(tmp_path, **{given: "sk_live_secret"})
    assert "sk_live_secret" not in str(refused.value)


@pytest.mark.parametrize(("key", "live"), [("sk_test_1", False), ("sk_live_1", True), ("rk_live_1", True)])
def test_a_live_key_is_told_from_a_test_key(tmp_path: Path, key: str, live: bool) -> None:
    found = read(
        tmp_path, STRIPE_SECRET_KEY=key, STRIPE_WEBHOOK_SECRET=f"whsec_{'0' * 32}", MAIL_URL="smtps://mail.example",
        SITE_URL="https://shop.example", PROXIES="1",
    )  # fmt: skip
    assert (found.payment_mode, found.livemode) == (PaymentMode.STRIPE, live)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "80.5", "²", "٨٠", "9" * 5000, " 80"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(SettingsError, match="PORT must be a number"):
        read(tmp_path, PORT=port)


@pytest.mark.parametrize(("name", "value"), [
    ("SITE_URL", "example.com"),
    ("SITE_URL", "ftp://example.com"),
    ("SITE_URL", "http://"),
    ("SITE_URL", "http://[::1"),
    ("SITE_URL", "http://example.com:99999"),
    ("MAIL_URL", "http://user:hunter2@example.com"),
    ("MAIL_URL", "smtp://user:hunter2@[example"),
    ("STRIPE_API_BASE", "stripe.com"),
    ("DATABASE_URL", "mysql://user:hunter2@example.com/shop"),
])  # fmt: skip
def test_an_address_that_cannot_be_used_is_refused_by_name_and_without_its_password(
    tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        read(tmp_path, **{name: value})
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_addresses_lose_their_last_slash(tmp_path: Path) -> None:
    found = read(
        tmp_path, SITE_URL="https://shop.example/", PROXIES="1", MAIL_URL="smtps://mail.example:465/"
    )
    assert (found.site_url, found.mail_url) == ("https://shop.example", "smtps://mail.example:465")
    assert found.secure


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)
    assert (first.secret_key, first.vault_key) == (second.secret_key, second.vault_key)
    assert len(first.vault_key) == 32
    folder = tmp_path / "instance" / "keys"
    assert sorted(file.name for file in folder.iterdir()) == ["secret_key", "vault_key"]
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for private in (folder, folder.parent):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_processes_that_start_together_agree_on_the_keys(tmp_path: Path) -> None:
    found: list[Settings] = []
    start = threading.Barrier(8)

    def begin() -> None:
        start.wait()
        found.append(read(tmp_path))

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({settings.vault_key for settings in found}) == 1
    assert len({settings.secret_key for settings in found}) == 1


@pytest.mark.parametrize("damage", ["", "not hexadecimal", "00", "é"])
def test_a_damaged_vault_key_stops_the_start_and_is_not_replaced(tmp_path: Path, damage: str) -> None:
    read(tmp_path)
    file = tmp_path / "instance" / "keys" / "vault_key"
    file.write_text(damage)
    with pytest.raises(SettingsError, match="damaged"):
        read(tmp_path)
    assert file.read_text() == damage


def test_a_secret_given_is_used(tmp_path: Path) -> None:
    assert read(tmp_path, SECRET_KEY="a secret of their own").secret_key == "a secret of their own"


def test_settings_print_no_secret(tmp_path: Path) -> None:
    found = read(
        tmp_path, SECRET_KEY="hunter2", MAIL_URL="smtp://a:hunter2@mail", STRIPE_SECRET_KEY="sk_hunter2",
        STRIPE_WEBHOOK_SECRET="whsec_hunter2", DATABASE_URL="postgresql+psycopg://a:hunter2@db/shop",
    )  # fmt: skip
    assert "hunter2" not in repr(found)
    assert repr(found.vault_key) not in repr(found)


def test_the_key_of_the_log_is_a_file_unless_hosts_share_it_by_a_setting(tmp_path: Path) -> None:
    assert read(tmp_path).log_key is None
    assert read(tmp_path, LOG_KEY="ab" * 32).log_key == bytes.fromhex("ab" * 32)
    for wrong in ("ab", "no hex"):
        with pytest.raises(SettingsError, match="LOG_KEY must be 32 bytes in hexadecimal"):
            read(tmp_path, LOG_KEY=wrong)


def test_a_certificate_for_statements_is_tried_before_the_shop_starts(tmp_path: Path) -> None:
    both, alone = make_certificate(tmp_path)
    assert read(tmp_path).statement_certificate is None
    names = {"STATEMENT_CERTIFICATE": str(both), "STATEMENT_CERTIFICATE_PASSWORD": PASSWORD}
    found = read(tmp_path, **names)
    assert found.statement_certificate == SigningCertificate(both, PASSWORD)
    assert PASSWORD not in repr(found)
    for changes, said in (
        ({"STATEMENT_CERTIFICATE_PASSWORD": "another"}, "does not open"),
        ({"STATEMENT_CERTIFICATE": str(alone)}, "no PKCS#12 file"),
        ({"STATEMENT_CERTIFICATE": str(tmp_path / "none.p12")}, "cannot be read"),
        ({"STATEMENT_CERTIFICATE": str(without_a_key(tmp_path))}, "lacks a certificate or its key"),
    ):
        with pytest.raises(SettingsError, match=said) as refused:
            read(tmp_path, **{**names, **changes})
        assert "another" not in str(refused.value)


@pytest.mark.parametrize(
    ("site", "given", "sender"),
    [
        ("https://www.shop.example", "", "orders@shop.example"),
        ("https://shop.example:8443", "", "orders@shop.example"),
        ("http://127.0.0.1:8000", "", "orders@localhost"),
        ("http://[::1]:8000", "", "orders@localhost"),
        ("https://www.shop.example", "hello@maker.example", "hello@maker.example"),
    ],
)
def test_emails_are_from_the_shops_own_domain_or_from_whom_it_is_said(
    tmp_path: Path, site: str, given: str, sender: str
) -> None:
    assert read(tmp_path, SITE_URL=site, PROXIES="1", MAIL_FROM=given).mail_from == sender


@pytest.mark.parametrize(
    "wrong",
    [
        "shop.example",
        "@shop.example",
        "a@",
        "A <a@shop.example>",
        "a@b.example,c@d.example",
        "a@b\r\nBcc: x@y",
    ],
)
def test_what_is_no_single_address_is_refused(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(SettingsError, match="MAIL_FROM"):
        read(tmp_path, MAIL_FROM=wrong)
