"""A buyer's proof: that the gift for one piece stands in the log, under a checkpoint that others keep."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from shop.dedications.vault import Vault
from shop.frozen import frozen
from shop.giving.models import LedgerTxn
from shop.giving.transitions import Kind
from shop.transparency import merkle
from shop.transparency.commitments import OrderSalts, salts_of
from shop.transparency.models import LogCheckpoint, LogLeaf
from shop.transparency.publishing import latest, with_cosignatures
from shop.transparency.stored_tree import StoredTree


@frozen(kw_only=True)
class Proof:
    """What shows that a unit's gift is in the log. Whoever checks it needs the log's public key, and this.

    1. `leaf` is JSON whose "commitment" is HMAC-SHA256, in hexadecimal, of `committed` under `salt`, which
       must have 32 bytes; `committed` begins with the order's own reference and unit.
    2. Its hash, with `inclusion`, leads to the root in `checkpoint` (RFC 6962; `merkle.root_by_inclusion`).
    3. `checkpoint` is signed by the log, and by its witnesses.
    """

    leaf: bytes
    number: int
    """Of the leaf in the log, counted from 1; a tlog-proof's index is one less."""
    salt: bytes
    committed: str
    """"<order reference>:<unit>:<step>"."""
    inclusion: tuple[bytes, ...]
    """From the leaf's neighbour up to below the root."""
    size: int
    """Leaves under the checkpoint."""
    root: bytes
    checkpoint: str
    """The signed note, with its cosignatures."""
    ledger_seq: int
    """The ledger's own number of the row, which the log does not tell."""


def proof_of(session: Session, vault: Vault, order_reference: str, unit: int) -> Proof | None:
    """The proof for a unit's gift as it stands; `unit` is 0 where the policy counts by order.

    None while its leaf waits for its group or its first checkpoint (at the latest the month's close), when
    the gift was taken back, and once the order was erased.
    """
    gift = _standing_gift(session, order_reference, unit)
    leaf = _leaf_of(session, gift) if gift else None
    salts = salts_of(session, vault, [order_reference]).get(order_reference)
    checkpoint = latest(session, gift.book) if gift else None
    if not (gift and leaf and salts and checkpoint and leaf.number <= checkpoint.size):
        return None
    return _proof(session, gift, leaf, salts, checkpoint)


def _proof(
    session: Session, gift: LedgerTxn, leaf: LogLeaf, salts: OrderSalts, checkpoint: LogCheckpoint
) -> Proof:
    tree = StoredTree(session, gift.book)
    return Proof(
        leaf=leaf.leaf,
        number=leaf.number,
        salt=salts.salt(gift.idempotency_key),
        committed=gift.idempotency_key,
        inclusion=tuple(merkle.inclusion(tree.node, leaf.number - 1, checkpoint.size)),
        size=checkpoint.size,
        root=checkpoint.root,
        checkpoint=with_cosignatures(session, checkpoint),
        ledger_seq=gift.seq,
    )


def _leaf_of(session: Session, gift: LedgerTxn) -> LogLeaf | None:
    return session.scalars(select(LogLeaf).where(LogLeaf.ledger_seq == gift.seq)).one_or_none()


def _standing_gift(session: Session, order_reference: str, unit: int) -> LedgerTxn | None:
    """The accrual that no later row undid."""
    undoing = aliased(LedgerTxn)
    return session.scalars(
        select(LedgerTxn)
        .where(
            LedgerTxn.order_reference == order_reference,
            LedgerTxn.unit == unit,
            LedgerTxn.kind == Kind.ACCRUE,
            ~exists().where(undoing.reverses_seq == LedgerTxn.seq),
        )
        .order_by(LedgerTxn.seq.desc())
        .limit(1)
    ).one_or_none()
