"""Gone stays gone: a database that knows less than the list of what was erased or withdrawn is told.

Such a database is a copy that was brought back, or one whose writer was killed between destroying a key and
changing the rows. Whoever starts, migrates or restores asks first, and no page is served before; the worker
asks again every few minutes. Where nothing is new it costs two queries.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session

from shop import privacy, retention
from shop.basket_links.models import BasketLink
from shop.checkout import basket_store
from shop.db import Database
from shop.dedications.models import GoneMark, GoneName, OrderKey, WallEntry
from shop.dedications.vault import Vault
from shop.journal import comment_erasure
from shop.journal.models import Comment
from shop.mail.models import QueuedEmail
from shop.mail.sending import FileTransport
from shop.orders import wall
from shop.orders.models import Order
from shop.payment_links.models import PaymentLink
from shop.restock import waiting
from shop.restock.models import StockRequest
from shop.uploads import order_photographs
from shop.uploads.models import OrderPhotograph

ACTOR = "list of what is gone"

KEY_COLUMNS = (
    OrderKey.key_id,
    WallEntry.key_id,
    Comment.key_id,
    Comment.email_key_id,
    StockRequest.key_id,
    PaymentLink.key_id,
    BasketLink.email_key_id,
    OrderPhotograph.key_id,
)
"""Every column that names a key: one left out here would lose its keys after 35 days."""

NEWEST = 50
"""Orders looked at to see whether the store is the one that belongs to this database."""


class KeysLost(Exception):
    """The store holds the key of no order here: it is another one, or an empty one."""

    def __init__(self) -> None:
        super().__init__(
            "The key store holds the keys of none of these orders, so not one word can be read. Let KEYS_URL "
            "or INSTANCE_DIR lead to the store that belongs to this database, or bring it back "
            "with `keys restore FILE`, before starting the shop."
        )


def catch_up(database: Database, vault: Vault, *, afresh: bool = False) -> int:
    """Erase and withdraw again what the list says is gone; how much that was. `afresh`: all of the list."""
    if not _migrated(database):
        return 0
    with database.reading() as session:
        told = session.scalars(select(GoneMark.seq)).one()
        last = vault.keys.last_gone()
        if last == told and not afresh:
            return 0
        if last < told or afresh:  # the store has been brought back itself: this database may know more
            vault.keys.destroy([], session.scalars(select(GoneName.name)).all())
            told = 0
    gone = vault.keys.gone_after(told)
    with database.transaction() as session:
        session.execute(
            select(GoneMark.seq).with_for_update()
        )  # whoever starts with us waits, and finds it done
        count = _apply(session, vault, gone.names)
        known = set(session.scalars(select(GoneName.name)))
        session.add_all(GoneName(name=name) for name in sorted(gone.names - known))
        session.execute(update(GoneMark).values(seq=gone.seq))
    database.forget_deleted()
    return count


def _apply(session: Session, vault: Vault, gone: Collection[str]) -> int:
    orders = privacy.erase_gone(session, vault, gone, actor=ACTOR)
    for order_id in orders:
        basket_store.forget_order(session, order_id)
    count = len(orders) + wall.withdraw_gone(session, vault, gone, actor=ACTOR)
    count += waiting.forget_gone(session, vault, gone)
    count += order_photographs.forget_gone(session, vault, gone)
    return count + comment_erasure.withdraw_gone(session, vault, gone, actor=ACTOR)


def forget_email_files(database: Database, folder: Path) -> int:
    """Delete the e-mails of erased orders that were written as files, not sent as mail; how many."""
    with database.reading() as session:
        ids = session.scalars(
            select(QueuedEmail.message_id)
            .join(Order, Order.id == QueuedEmail.order_id)
            .where(Order.buyer_hash == privacy.ERASED)
        ).all()
    return FileTransport(folder).forget(ids)


def refuse_lost_keys(database: Database, vault: Vault) -> None:
    """Raise KeysLost when there are orders with words, and a key for none of the newest."""
    if not _migrated(database):
        return
    with database.reading() as session:
        newest = session.scalars(
            select(OrderKey.key_id).order_by(OrderKey.order_id.desc()).limit(NEWEST)
        ).all()
    if newest and not vault.keys.find(newest):
        raise KeysLost


def sweep_keys(database: Database, vault: Vault) -> int:
    """Delete keys that have sealed nothing for as long as copies of the store are kept; how many."""
    if not vault.keys.exists:
        return 0
    return vault.keys.sweep(lambda ids: used_among(database, ids), keep=retention.lasts(retention.KEY_COPIES))


def used_among(database: Database, ids: Sequence[str]) -> set[str]:
    """Those of these keys that this database has something sealed under."""
    with database.reading() as session:
        found = (session.scalars(select(column).where(column.in_(ids))) for column in KEY_COLUMNS)
        return {key_id for scalars in found for key_id in scalars if key_id}


def used(database: Database) -> set[str]:
    """The ids of every key that this database has something sealed under."""
    with database.reading() as session:
        return {key_id for column in KEY_COLUMNS for key_id in session.scalars(select(column)) if key_id}


def _migrated(database: Database) -> bool:
    with database.engine.connect() as connection:
        return inspect(connection).has_table(GoneName.__tablename__)
