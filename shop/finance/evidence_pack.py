"""The evidence of a day as files: one PDF, its data, and the documents behind it, in one archive."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy.orm import Session

from shop import clock
from shop.confirmations import payment_confirmations
from shop.exports.csv_file import COLUMNS, csv_row
from shop.finance.evidence_beside import Beside
from shop.finance.evidence_rows import Section, answered, sections
from shop.giving import documents, month_close
from shop.giving.documents import Document
from shop.giving.evidence import Evidence
from shop.giving.record import records
from shop.paper.typesetting import Part, typeset
from shop.trader import Trader
from shop.transparency import publishing
from shop.web.cells import Cell, Link, Status
from shop.web.dates import day

WHO: Final = frozenset({"actor", "added_by", "closed_by", "entered_by", "ended_by"})
"""What names somebody who works here: it stays out of all that is sent away."""

Files = Mapping[str, bytes]


def evidence_pdf(found: Evidence, known: Beside, seller: Trader) -> bytes:
    """The answer and everything behind it, as one PDF. Raises NotTypeset."""
    answer, name = answered(found, known, clock.today()), f"What was promised on {day(found.day)}"
    part: Part = {
        "kind": "evidence",
        "heading": name,
        "answer": answer.word + answer.more,
        "seller": seller.imprint,
        "made": f"Made on {day(clock.today())}."
        + ("" if found.book == "live" else " Test orders: no money moved."),
        "sections": [_section(one) for one in sections(found, known)],
    }
    return typeset([part], title=name, seller=seller.name)


def files_of(session: Session, found: Evidence) -> Files:
    """The data of the PDF, and the documents behind it, by their names."""
    files = {"evidence.json": _json(found), "gifts.csv": _gifts(session, found)}
    for month in found.months:
        files[f"statement-{month}.json"] = month_close.ending(session, month).text.encode()
    files |= _confirmations(session, found)
    if checkpoint := publishing.latest(session, found.book):
        files["checkpoint.txt"] = publishing.with_cosignatures(session, checkpoint).encode()
    kept = _documents(found)
    contents = documents.contents(session, [one.id for one in kept])
    return files | {one.name: contents[one.id] for one in kept}


def packed(files: Files) -> bytes:
    """An archive of these files, with their SHA-256 in SHA256SUMS, as `sha256sum --check` reads it."""
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items())
    out, made = BytesIO(), clock.in_britain(clock.now()).timetuple()[:6]
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, content in {**files, "SHA256SUMS": sums.encode()}.items():
            info = ZipInfo(name, made)
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, content)
    return out.getvalue()


def _confirmations(session: Session, found: Evidence) -> Files:
    """What the charity signed for these payments, for anyone who wants to check it."""
    confirmed = payment_confirmations.of(session, [made.seq for made, _ in found.payments])
    signed = {seq: payment_confirmations.files_of(session, seq) for seq in confirmed}
    return {
        f"confirmation-{seq}.json": (json.dumps(one, indent=1) + "\n").encode() for seq, one in signed.items()
    }


def _documents(found: Evidence) -> Sequence[Document]:
    receipts = [one for several in found.receipts.values() for one in several]
    return [one for one in (*found.documents, *receipts) if not one.taken_back]


def _gifts(session: Session, found: Evidence) -> bytes:
    """Their rows of the ledger, as its own CSV has them."""
    rows = records(session, [gift.seq for gift in found.gifts])
    return "".join([",".join(COLUMNS) + "\r\n", *map(csv_row, rows)]).encode()


def _json(found: Evidence) -> bytes:
    listed = {name: list(map(asdict, getattr(found, name))) for name in ("shown", "documents", "gifts")}
    said = {
        "answer": found.answer(clock.today()).value,
        "asked_on": clock.today(),
        **{name: getattr(found, name) for name in ("day", "book", "statement", "unpaid_pence")},
        "agreement": _agreement(found),
        **listed,
        "payments": [{"of_that_day_pence": pence, **asdict(made)} for made, pence in found.payments],
        "receipts": {str(seq): list(map(asdict, several)) for seq, several in found.receipts.items()},
        "months": {month: asdict(closed) if closed else None for month, closed in found.months.items()},
    }
    return (json.dumps(_plain(said), default=_text, ensure_ascii=False, indent=1) + "\n").encode()


def _agreement(found: Evidence) -> dict[str, Any] | None:
    if found.agreement is None:
        return None
    policy, note = found.agreement.policy, found.agreement.note
    said = {column.name: getattr(policy, column.name) for column in policy.__table__.columns}
    if note:
        said |= {column.name: getattr(note, column.name) for column in note.__table__.columns}
    return said


def _plain(said: Mapping[str, Any]) -> dict[str, Any]:
    """Without who did it, however deep."""
    return {name: _without(value) for name, value in said.items() if name not in WHO}


def _without(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    return [_without(one) for one in value] if isinstance(value, list | tuple) else value


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _section(one: Section) -> dict[str, Any]:
    return {
        "heading": one.heading,
        "said": one.said,
        "quoted": one.quoted,
        "facts": one.facts,
        "columns": [name for name, _ in one.columns],
        "rows": [[_shown(cell) for cell in row] for row in one.rows],
    }


def _shown(cell: Cell) -> str:
    if isinstance(cell, Link):
        return cell.label
    return cell.word if isinstance(cell, Status) else str(cell)
