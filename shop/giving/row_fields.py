"""What a row of the files may say, in the SQL of each database."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from shop.frozen import frozen
from shop.giving.actors import STAFF
from shop.giving.transitions import Account
from shop.money import CURRENCY


@frozen
class Field:
    """A column of the files: what it is made of, in the SQL of each database. NULL when it is empty."""

    sqlite: str
    postgresql: str
    left: str = ""
    """What it leaves when the plain characters are taken away."""
    gathered: Mapping[str, str] = field(default_factory=dict, hash=False)
    """What `postgresql` asks of a transaction's lines: names, and aggregates over the lines."""


def _same(sql: str) -> Field:
    return Field(sql, sql)


def _typed(column: str) -> Field:
    """A text; of one that begins with a sign a quotation mark, so that its row goes the slow road."""
    return _same(f"CASE WHEN substr({column}, 1, 1) IN ('+', '-') THEN '\"' ELSE {column} END")


def _moment(column: str) -> Field:
    """As datetime.isoformat() writes it: microseconds only where there are any."""
    return Field(
        f"replace(replace({column}, ' ', 'T'), '.000000', '') || '+00:00'",
        f"""replace(to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),"""
        " '.000000', '')",
    )


def _decimal_sqlite(pence: str) -> str:
    """Pence as plain decimal pounds: -500 is -5.00."""
    sign = f"CASE WHEN {pence} < 0 THEN '-' ELSE '' END"
    return f"printf('%s%d.%02d', {sign}, abs({pence}) / 100, abs({pence}) % 100)"


def _decimal_postgresql(pence: str) -> str:
    sign = f"CASE WHEN {pence} < 0 THEN '-' ELSE '' END"
    odd = f"concat({sign}, abs({pence}) / 100, '.', lpad((abs({pence}) % 100)::text, 2, '0'))"
    return f"CASE {pence} % 100 WHEN 0 THEN {pence} / 100 || '.00' ELSE {odd} END"  # most are whole pounds


def _sum(account: Account, sign: str = "") -> str:
    return f"sum(CASE account WHEN '{account.value}' THEN {sign}amount_pence ELSE 0 END)"


def _gathered(name: str, sql: str) -> Field:
    """A sum over a transaction's lines."""
    return Field(sql, name, gathered={name: sql})


MARK: Final = "\x1f"
CHARITY: Final = Field("char(31) || policy_id || char(31)", r"E'\x1f' || policy_id || E'\x1f'", left=MARK * 2)
"""A policy's number between two marks, for its charity: a name may hold what a format must quote."""

FIELDS: Final[dict[str, Field]] = {
    "seq": _same("seq"),
    "event_at": _moment("event_at"),
    "booked_at": _moment("booked_at"),
    "period": _same("period"),
    "book": _same("book"),
    "kind": _same("kind"),
    "order_reference": _typed("order_reference"),
    "unit": _same("unit"),
    "sku": _typed("sku"),
    "charity": CHARITY,
    "policy": _same("policy_id"),
    "policy_digest": _same("policy_digest"),
    "amount": Field(
        _decimal_sqlite(_sum(Account.COST)),
        _decimal_postgresql("given"),
        gathered={"given": _sum(Account.COST)},
    ),
    "amount_pence": _gathered("given", _sum(Account.COST)),
    "paid_pence": _gathered("paid", _sum(Account.REMITTED, "-")),
    "currency": _same(f"'{CURRENCY.upper()}'"),
    "entries": Field(
        "group_concat(account || ':' || amount_pence, ' ')",  # in the order of their key, as in lines_of
        "entries",
        gathered={"entries": "string_agg(account || ':' || amount_pence, ' ' ORDER BY line)"},
    ),
    "stripe_id": _same("CASE WHEN '_' IN (substr(cause, 3, 1), substr(cause, 4, 1)) THEN cause END"),
    "cause": _same("cause"),
    "actor": _same(f"CASE WHEN actor LIKE '%@%' THEN '{STAFF}' ELSE actor END"),
    "remittance": _same("''"),  # a payment's cause is JSON, so its row goes the slow road
    "idempotency_key": _same("idempotency_key"),
    "reverses_seq": _same("reverses_seq"),
    "previous_hash": _same("previous_hash"),
    "hash": _same("hash"),
}
"""What a row may say, by the names of `export.Record`."""

NUMBERS: Final = frozenset({"seq", "unit", "policy", "amount_pence", "paid_pence", "reverses_seq"})


def _britain(column: str) -> Field:
    """The day of a moment by Britain's calendar.

    SQLite knows no zones: summer is from the last Sunday of March to the last of October, at one o'clock UTC.
    """
    ends = [
        f"date(strftime('%Y', {column}) || '{month}-31', '-6 days', 'weekday 0') || ' 01:00'"
        for month in ("-03", "-10")
    ]
    hour = f"CASE WHEN {column} >= {ends[0]} AND {column} < {ends[1]} THEN '+1 hour' ELSE '+0 hours' END"
    return Field(f"date({column}, {hour})", f"({column} AT TIME ZONE 'Europe/London')::date")


_BOOKED, _MONTH = _britain("booked_at"), "(period || '-01')"
COUNTS_ON: Final = Field(
    f"max({_MONTH}, min(date({_MONTH}, '+1 month', '-1 day'), {_BOOKED.sqlite}))",
    f"greatest({_MONTH}::date,"
    f" least(({_MONTH}::date + interval '1 month -1 day')::date, {_BOOKED.postgresql}))",
)
"""The day a transaction counts on, as `booking_days.counts_on` gives it."""
HAPPENED_ON: Final = _britain("event_at")
WHAT: Final = _same(
    "coalesce(order_reference, '') || CASE WHEN order_reference <> '' AND sku <> '' THEN ' ' ELSE '' END"
    " || coalesce(sku, '')"
)


def lines_of(names: Mapping[Account, str]) -> Field:
    """All the lines of a transaction in order, one below the other: name of the account, pounds, GBP."""
    cases = " ".join(f"WHEN '{account.value}' THEN '{shown}'" for account, shown in names.items())
    sqlite, postgresql = _decimal_sqlite("amount_pence"), _decimal_postgresql("amount_pence")
    line = "CASE account {cases} END || '  ' || {amount} || ' GBP'"
    all_lines = f"string_agg({line.format(cases=cases, amount=postgresql)}, E'\\n' ORDER BY line)"
    return Field(
        # The lines come in the order of their key, by which they are found.
        f"group_concat({line.format(cases=cases, amount=sqlite)}, char(10))",
        "all_lines",
        gathered={"all_lines": all_lines},
        left="\n",  # the end of a line between two; a transaction of more goes the slow road
    )
