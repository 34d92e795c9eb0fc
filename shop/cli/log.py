"""What `ledger verify` asks of the log of giving, and of what the charity has confirmed."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

from shop import current
from shop.confirmations.payment_confirmations import problems as confirmation_problems
from shop.dedications.keys import KeyStore
from shop.dedications.vault import Vault
from shop.opening import book_in_use
from shop.transparency.anchoring import anchors
from shop.transparency.checkpoint_check import Held
from shop.transparency.giving_log import GivingLog

__all__ = ["anchors", "confirmation_problems", "problems"]


def problems(session: Session, files: Iterable[Path]) -> list[str]:
    """What is wrong with the log of the book in use, by the checkpoints in these files, too."""
    settings, database = current.settings(), current.database()
    vault = Vault(settings.vault_key, KeyStore(settings.key_store_url))
    log = GivingLog.of(settings, database, vault, book_in_use(settings, database))
    held = [Held(str(file), file.read_text("utf-8", "replace")) for file in files]
    try:
        return log.problems(session, held=held)
    finally:
        vault.keys.dispose()
