"""Settings: read once from the environment, checked at start, frozen afterwards."""

import os
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import Final

from shop import files, production, setting_values
from shop.frozen import frozen
from shop.setting_values import SettingsError as SettingsError  # noqa: PLC0414 - it is this module that everyone asks
from shop.signing_certificate import SigningCertificate

SECRET_LENGTH: Final = files.SECRET
"""Bytes of entropy in a key the shop makes for itself."""


class PaymentMode(StrEnum):
    """Who takes the payment: the stand-in, where no money moves, or Stripe."""

    STAND_IN = "stand-in"
    STRIPE = "stripe"


@frozen(kw_only=True)
class Settings:
    """How this installation runs. Made by `from_environment`; tests make their own."""

    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    vault_key: bytes = field(repr=False)
    """32 bytes that wrap the key of each order's private words. Back it up apart from the database."""
    instance_dir: Path
    site_url: str
    keys_url: str | None = field(default=None, repr=False)
    """Another database for the keys of sealed words; None for a SQLite file of their own."""
    port: int = 8000
    proxies: int = 0
    """How many proxies of ours stand in front and say, in X-Forwarded-For, who is asking."""
    mail_url: str | None = field(default=None, repr=False)
    mail_from: str = "orders@localhost"
    """The address that e-mails come from."""
    stripe_secret_key: str | None = field(default=None, repr=False)
    stripe_webhook_secret: str | None = field(default=None, repr=False)
    stripe_api_base: str | None = None
    log_key: bytes | None = field(default=None, repr=False)
    """32 bytes that sign the log of giving; None for those in a file of the instance directory."""
    log_witnesses: str = ""
    """Whom its checkpoints are brought before: keys and addresses in turn."""
    statement_certificate: SigningCertificate | None = None
    """What statements of giving are signed with."""

    @property
    def key_store_url(self) -> str:
        """The database that holds the keys of sealed words; never the one that holds the words."""
        return self.keys_url or f"sqlite:///{self.instance_dir / 'keys' / 'keys.db'}"

    @property
    def payment_mode(self) -> PaymentMode:
        """Stripe when its keys are set, else the stand-in."""
        return PaymentMode.STRIPE if self.stripe_secret_key else PaymentMode.STAND_IN

    @property
    def livemode(self) -> bool:
        """Whether real money moves: Stripe with a live key (Stripe names them sk_live_ or rk_live_)."""
        return bool(self.stripe_secret_key and "_live_" in self.stripe_secret_key)

    @property
    def secure(self) -> bool:
        """Whether the site is served over HTTPS, so cookies must be too."""
        return self.site_url.startswith("https://")


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment variables that the README lists.

    Makes the instance directory, and in it the two keys, if they are missing. Raises SettingsError with
    a sentence that says what to change.
    """
    env = os.environ if environ is None else environ
    instance_dir = Path(env.get("INSTANCE_DIR") or "instance").resolve()
    port = setting_values.port(env.get("PORT") or "8000")
    secret_key, webhook_secret = (
        env.get("STRIPE_SECRET_KEY") or None,
        env.get("STRIPE_WEBHOOK_SECRET") or None,
    )
    _check_stripe_keys(secret_key, webhook_secret)
    database_url = setting_values.database_url(
        env.get("DATABASE_URL") or f"sqlite:///{instance_dir / 'shop.db'}"
    )
    _close_to_others(instance_dir, database_url)
    site_url = setting_values.site_url(env.get("SITE_URL") or f"http://127.0.0.1:{port}")
    found = Settings(
        database_url=database_url,
        secret_key=env.get("SECRET_KEY") or _secret_key(instance_dir / "keys" / "secret_key"),
        vault_key=_vault_key(instance_dir / "keys" / "vault_key"),
        keys_url=setting_values.keys_url(env["KEYS_URL"], database_url) if env.get("KEYS_URL") else None,
        instance_dir=instance_dir,
        site_url=site_url,
        port=port,
        proxies=setting_values.count("PROXIES", env.get("PROXIES") or "0"),
        mail_url=setting_values.url("MAIL_URL", env["MAIL_URL"], {"smtp", "smtps"})
        if env.get("MAIL_URL")
        else None,
        mail_from=setting_values.mail_from(env.get("MAIL_FROM") or "", site_url),
        stripe_secret_key=secret_key,
        stripe_webhook_secret=webhook_secret,
        log_witnesses=env.get("LOG_WITNESSES") or "",
        log_key=_log_key(env["LOG_KEY"]) if env.get("LOG_KEY") else None,
        stripe_api_base=setting_values.url("STRIPE_API_BASE", env["STRIPE_API_BASE"], {"http", "https"})
        if env.get("STRIPE_API_BASE")
        else None,
        statement_certificate=_certificate(env),
    )
    for said in production.problems(found):
        raise SettingsError(said)
    return found


def _close_to_others(instance_dir: Path, database_url: str) -> None:
    """Whatever was left open by an older umask is closed before anything is read or written."""
    try:
        for folder in (instance_dir, instance_dir / "keys", instance_dir / "mail"):
            files.private_folder(folder)
            for file in folder.iterdir():
                files.private_file(file)
        files.private_sqlite(database_url)
    except files.NotOurs as found:
        raise SettingsError(str(found)) from None


def _check_stripe_keys(secret_key: str | None, webhook_secret: str | None) -> None:
    if secret_key and not webhook_secret:
        raise SettingsError(
            "STRIPE_SECRET_KEY is set but STRIPE_WEBHOOK_SECRET is missing; set both or neither."
        )
    if webhook_secret and not secret_key:
        raise SettingsError(
            "STRIPE_WEBHOOK_SECRET is set but STRIPE_SECRET_KEY is missing; set both or neither."
        )
    if secret_key and not secret_key.startswith(("sk_", "rk_")):
        raise SettingsError("STRIPE_SECRET_KEY must be a secret key, which begins with sk_ or rk_.")
    if webhook_secret and not webhook_secret.startswith("whsec_"):
        raise SettingsError(
            "STRIPE_WEBHOOK_SECRET must be the signing secret of the endpoint, which begins with whsec_."
        )


def _certificate(env: Mapping[str, str]) -> SigningCertificate | None:
    if not env.get("STATEMENT_CERTIFICATE"):
        return None
    found = SigningCertificate(
        Path(env["STATEMENT_CERTIFICATE"]), env.get("STATEMENT_CERTIFICATE_PASSWORD") or ""
    )
    if found.problem:
        raise SettingsError(found.problem)
    return found


def _log_key(text: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != SECRET_LENGTH:
        raise SettingsError(f"LOG_KEY must be {SECRET_LENGTH} bytes in hexadecimal.")
    return key


def _secret_key(path: Path) -> str:
    key = files.kept_secret(path)
    if len(key) < SECRET_LENGTH:
        raise SettingsError(
            f"{path} is damaged: it is shorter than any key the shop makes. Bring it back from your copy of "
            "it; without it the links in buyers' e-mails open nothing."
        )
    return key


def _vault_key(path: Path) -> bytes:
    try:
        key = bytes.fromhex(files.kept_secret(path))
    except ValueError:
        key = b""
    if len(key) != SECRET_LENGTH:
        raise SettingsError(
            f"{path} is damaged: it must hold {SECRET_LENGTH} bytes in hexadecimal. "
            "Bring it back from where you keep a copy; without it no order's words can be read."
        )
    return key
