"""Orders found by reference, name, e-mail, postcode and engraved words; never by dedication or message."""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop.db import Database
from shop.dedications import search_index
from shop.dedications.folding import POSTCODE, folded, with_whole_postcodes
from shop.dedications.keys import AT_A_TIME
from shop.dedications.models import OrderKey
from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.fulfilment.models import Unit
from shop.fulfilment.stages import TO_MAKE
from shop.orders.models import Order
from shop.text.typed_text import kept_code

MOST: Final = 50
"""Orders shown."""
MOST_WORDS: Final = 6
MOST_OPENED: Final = 300
"""Orders opened to see whether they hold what was asked for."""
TOGETHER: Final = 50
"""Orders opened at a time: until enough were found, or all were made searchable."""
NEWEST: Final = 100
"""Orders opened when no word tells much."""
ROUND: Final = 100
"""Orders that the worker looks at in one go."""
OVERLAP: Final = 50
"""So many orders are looked at again: on PostgreSQL one may be kept after others with a higher number."""

REFERENCE: Final = re.compile(r"(?:PM)?([2-9A-HJ-NP-Z]{4})([2-9A-HJ-NP-Z]{2})")


@frozen
class Found:
    """What was found, newest first, and whether there may be more."""

    orders: Sequence[Order]
    more: bool = False


def search(session: Session, vault: Vault, asked: str) -> Found:
    """The orders with all that was asked for."""
    ids = _by_reference(session, asked)
    if "@" in asked:
        ids |= set(vault.orders_of(session, asked.strip()))
        return _newest(session, ids)
    words = folded(with_whole_postcodes(asked))[:MOST_WORDS]
    return _opened(session, vault, words, ids) if words else _newest(session, ids)


def _by_reference(session: Session, asked: str) -> set[int]:
    typed = re.sub(r"[\s-]", "", kept_code(asked)).upper()
    parts = REFERENCE.fullmatch(typed)
    if parts is None:
        return set()
    return set(session.scalars(select(Order.id).where(Order.reference == f"PM-{parts[1]}-{parts[2]}")))


def _opened(session: Session, vault: Vault, words: Sequence[str], known: Collection[int]) -> Found:
    """Those whose sealed words hold what was asked for: a digest alone may be of another word."""
    telling = [keys for word in words if (keys := search_index.find(vault, word)) is not None]
    candidates = _orders_of(session, set.intersection(*telling)) if telling else _newest_of_all(session)
    found = set(known)
    for start in range(0, min(len(candidates), MOST_OPENED), TOGETHER):
        if len(found) > MOST:
            break
        opened = vault.reveal_each(session, candidates[start : start + TOGETHER])
        found |= {order_id for order_id, sealed in opened.items() if _holds(sealed, words)}
    else:
        return _newest(session, found, more=not telling or len(candidates) > MOST_OPENED)
    return _newest(session, found, more=True)


def _holds(sealed: Mapping[str, Any], words: Sequence[str]) -> bool:
    said = searchable(sealed)
    return all(search_index.begins_with(said, word) for word in words)


def _newest_of_all(session: Session) -> Sequence[int]:
    """Where to look for words that very many orders have: among the newest, which are asked for most."""
    query = select(OrderKey.order_id).order_by(OrderKey.order_id.desc()).limit(NEWEST)
    return session.scalars(query).all()


def _orders_of(session: Session, keys: Collection[str]) -> list[int]:
    """The orders of these keys, newest first."""
    listed, found = sorted(keys), list[int]()
    for start in range(0, len(listed), AT_A_TIME):
        part = OrderKey.key_id.in_(listed[start : start + AT_A_TIME])
        found += session.scalars(select(OrderKey.order_id).where(part))
    return sorted(found, reverse=True)


def _newest(session: Session, ids: Collection[int], *, more: bool = False) -> Found:
    query = select(Order).where(Order.id.in_(ids)).order_by(Order.placed_at.desc(), Order.id.desc())
    orders = session.scalars(query.limit(MOST + 1)).all()
    return Found(orders[:MOST], more or len(orders) > MOST)


def searchable(sealed: Mapping[str, Any]) -> frozenset[str]:
    """The words by which an order is found: names, e-mail, postcode, and what is engraved."""
    contact: Mapping[str, Any] = sealed.get("contact") or {}
    names = [str(contact.get(field) or "") for field in ("name", "buyer_name")]
    postcode = str(contact.get("postcode") or "")
    texts = [*names, str(contact.get("email") or "").partition("@")[0], with_whole_postcodes(postcode)]
    texts += [match[1] for match in POSTCODE.finditer(postcode)]
    texts += [text for label, value in sealed.items() if label.startswith("line:") for text in _cut(value)]
    return frozenset(word for text in texts for word in folded(text))


def _cut(line: Mapping[str, Any] | None) -> Iterator[str]:
    engraving = (line or {}).get("engraving")
    if engraving:
        yield from (entry[2] for entry in json.loads(engraving)["lines"])


def make_searchable(database: Database, vault: Vault) -> bool:
    """Let the next orders be found, and those at the bench by changed words. Give whether more follow."""
    if not vault.keys.exists:
        return False
    mark = search_index.searched_up_to(vault.keys)
    with database.looking() as session:
        following = _following(session, mark)
        keys = sorted(_keys(session, {*following, *_at_the_bench(session)}).items())
    for start in range(0, len(keys), TOGETHER):
        part = dict(keys[start : start + TOGETHER])
        with database.looking() as session:
            opened = vault.reveal_each(session, part)
        words = {key_id: searchable(opened.get(order_id, {})) for order_id, key_id in part.items()}
        search_index.add(vault, words)
    if following and following[-1] > mark:
        search_index.move_mark(vault.keys, following[-1])
    return len(following) == ROUND + OVERLAP


def _following(session: Session, mark: int) -> Sequence[int]:
    """The next orders, and some before them."""
    query = select(OrderKey.order_id).where(OrderKey.order_id > mark - OVERLAP)
    return session.scalars(query.order_by(OrderKey.order_id).limit(ROUND + OVERLAP)).all()


def _at_the_bench(session: Session) -> Sequence[int]:
    """The orders whose words somebody may change still."""
    return session.scalars(select(Unit.order_id).where(Unit.stage.in_(TO_MAKE))).all()


def _keys(session: Session, order_ids: Collection[int]) -> dict[int, str]:
    keys = select(OrderKey.order_id, OrderKey.key_id).where(OrderKey.order_id.in_(order_ids))
    return {row.order_id: row.key_id for row in session.execute(keys)}
