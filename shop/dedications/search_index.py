"""Finding orders by parts of words, in a store that holds none of them.

Of the first letters of each word a keyed digest (HMAC) is kept with the order's key: in the key store, in no
copy of it, and deleted with the key. The key of the digest comes from the vault key, which is in no database,
so whoever has the store can test no guess. Nor can they count: each order adds to a word one of SALTS secret
numbers, so that what many orders share is not seen to be the same. Whoever searches tries every number. A
digest is short and of a word's beginning only, so what it finds is held against the sealed words themselves.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from shop.dedications.key_tables import search_mark, search_word, word_key
from shop.dedications.keys import AT_A_TIME, KeyStore
from shop.dedications.vault import Vault

SALTS: Final = 1024
TOKEN_BYTES: Final = 8
COMMON: Final = 2000
"""A word of more orders is no help in finding one of them."""

SHORT, LONG = 3, 5
"""A word is found by this many of its first letters; a shorter one as a whole."""


def add(vault: Vault, words: Mapping[str, Iterable[str]]) -> int:
    """Let keys be found by these words. Give how many of their digests are new."""
    wanted = {
        key_id: {_token(secret, _salt(secret, key_id, part), part) for word in found for part in _parts(word)}
        for secret in (_secret(vault),)
        for key_id, found in words.items()
    }
    missing = _missing(vault.keys, wanted)
    if missing:
        with vault.keys.database.transaction() as session:
            there = set(session.scalars(select(word_key.c.id).where(word_key.c.id.in_(wanted))))
            rows = [row for row in missing if row["key_id"] in there]
            if rows:
                session.execute(insert(search_word), rows)
    return len(missing)


def find(vault: Vault, word: str) -> set[str] | None:
    """The ids of keys that may be of orders with a word that begins so, and of some others.

    None when there are more than COMMON: then the word tells little, and reading them all would take long.
    """
    part, secret, found = _asked(word), _secret(vault), set[str]()
    tokens = [_token(secret, salt, part) for salt in range(SALTS)]
    with vault.keys.database.looking() as session:
        for start in range(0, SALTS, AT_A_TIME):
            of_these = search_word.c.token.in_(tokens[start : start + AT_A_TIME])
            some = select(search_word.c.key_id).where(of_these).limit(COMMON + 1 - len(found))
            found |= set(session.scalars(some))
            if len(found) > COMMON:
                return None
    return found


def begins_with(words: Iterable[str], asked: str) -> bool:
    """Whether one of the words begins so; one shorter than SHORT letters must be the whole word."""
    if len(asked) < SHORT:
        return asked in words
    return any(word.startswith(asked) for word in words)


def searched_up_to(keys: KeyStore) -> int:
    """The id of the order up to which all can be found; 0 when none can."""
    with keys.database.reading() as session:
        return session.scalar(select(search_mark.c.order_id)) or 0


def move_mark(keys: KeyStore, order_id: int) -> None:
    """Note up to which order all can be found."""
    with keys.database.transaction() as session:
        _set_mark(session, [order_id])


def begin_again(keys: KeyStore) -> None:
    """Have every order looked at anew: keys came back from a copy, which holds no digests."""
    with keys.database.transaction() as session:
        _set_mark(session, [])


def _set_mark(session: Session, order_ids: Sequence[int]) -> None:
    session.execute(delete(search_mark))
    if order_ids:
        session.execute(insert(search_mark), [{"order_id": order_id} for order_id in order_ids])


def _missing(keys: KeyStore, wanted: Mapping[str, set[bytes]]) -> list[dict[str, object]]:
    with keys.database.reading() as session:
        of_these = select(search_word.c.key_id, search_word.c.token).where(search_word.c.key_id.in_(wanted))
        there = {(key_id, bytes(token)) for key_id, token in session.execute(of_these)}
    return [
        {"key_id": key_id, "token": token}
        for key_id, tokens in wanted.items()
        for token in sorted(tokens)
        if (key_id, token) not in there
    ]


def _secret(vault: Vault) -> bytes:
    return vault.derived(b"search index")


def _parts(word: str) -> set[str]:
    return {word} if len(word) < SHORT else {word[:SHORT], word[:LONG]}


def _asked(word: str) -> str:
    return word[:SHORT] if SHORT <= len(word) < LONG else word[:LONG]


def _salt(secret: bytes, key_id: str, part: str) -> int:
    return int.from_bytes(hmac.digest(secret, f"salt|{key_id}|{part}".encode(), hashlib.sha256)[:8]) % SALTS


def _token(secret: bytes, salt: int, part: str) -> bytes:
    return hmac.digest(secret, f"{salt}|{part}".encode(), hashlib.sha256)[:TOKEN_BYTES]
