"""Rows and facts of agreements with charities."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from shop.giving.agreements import CLAUSES, Written
from shop.money import pounds_and_pence
from shop.web.cells import Cells, Link
from shop.web.dates import day, minute, short_day

EACH: Final = {"unit": "for every piece", "order": "for every order"}


def agreement_row(one: Written, today: date, *, live: bool) -> Cells:
    """One agreement."""
    policy = one.policy
    return [
        Link(policy.agreement_reference or "", f"/finance/agreements/{policy.id}"),
        policy.charity_name,
        f"{pounds_and_pence(policy.amount_pence)} {EACH[policy.basis]}",
        short_day(policy.starts_on),
        short_day(policy.ends_on) if policy.ends_on else "",
        _state(one, today, live=live),
    ]


def facts(one: Written) -> Sequence[tuple[str, str]]:
    """(name, fact) of an agreement."""
    policy, note = one.policy, one.note
    found = [("Charity", policy.charity_name), ("What it is", policy.charity_description)]
    if policy.charity_number:
        when = note.number_looked_up_on if note else None
        looked = f", looked up by {note.entered_by} on {day(when)}" if note and when else ""
        found.append(("Registered number", policy.charity_number + looked))
    found += [
        ("Its site", policy.charity_url),
        ("What is given", f"{pounds_and_pence(policy.amount_pence)} {EACH[policy.basis]}"),
        ("Reference", policy.agreement_reference or ""),
        ("Signed on", day(policy.agreement_signed_on) if policy.agreement_signed_on else ""),
        ("Begins on", day(policy.starts_on)),
        ("Last day", day(policy.ends_on) if policy.ends_on else "none yet"),
        ("To be paid over", f"within {policy.pay_within_days} days of reaching us"),
    ]
    if note:
        found.append(("Recorded", f"{minute(note.entered_at)}, by {note.entered_by}"))
        found.append(("It says", "; ".join(CLAUSES[key] for key in note.clauses.split() if key in CLAUSES)))
        if note.ended_at:
            found.append(("End recorded", f"{minute(note.ended_at)}, by {note.ended_by}"))
    return found


def _state(one: Written, today: date, *, live: bool) -> str:
    policy = one.policy
    if one.sample:
        return "A sample: it never speaks where real money moves" if live else "A sample"
    if policy.ends_on and policy.ends_on < today:
        return "Ended"
    return "In force" if policy.starts_on <= today else "To come"
