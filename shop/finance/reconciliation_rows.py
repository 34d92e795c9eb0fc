"""Rows and sentences of the pages about reconciliation."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from shop import clock
from shop.money import CURRENCY
from shop.reconciliation.difference_kinds import (
    NEEDS_EXPLAINING,
    DifferenceKind,
    RunResult,
    RunStage,
    StepKind,
)
from shop.reconciliation.difference_lists import Known
from shop.reconciliation.models import DifferenceStep, ReconciliationRun
from shop.reconciliation.sums_said import amount_in
from shop.web.cells import Cells, Link, Status
from shop.web.dates import minute

HERE: Final = "/finance/reconciliation"
STEPS: Final = {
    StepKind.FOUND: "Found",
    StepKind.CHANGED: "Comes to another amount",
    StepKind.GONE: "Gone: the next run did not find it any more",
    StepKind.PAST: "Not so any more, and still to be explained",
    StepKind.EXPLAINED: "Explained",
    StepKind.LISTED: "Listed",
}
DOING: Final = {
    RunStage.READING: "reading what is new at Stripe",
    RunStage.GIFTS: "comparing gifts with what their orders’ payments say",
    RunStage.LEDGER: "going through the donation ledger",
    RunStage.REST: "comparing older orders again",
    RunStage.LOOKING: "looking at every order at Stripe",
    RunStage.OPEN: "looking again at what was open",
    RunStage.MOVES: "comparing Stripe’s rows with our entries",
    RunStage.ENTRIES: "comparing our entries with Stripe’s rows",
    RunStage.PAYOUTS: "adding up payouts",
    RunStage.BALANCE: "comparing the balance",
    RunStage.REFUNDS: "looking for refunds that are owed",
}
NOT_OURS: Final = {
    DifferenceKind.OTHER_PRODUCT: (
        "payment or refund of another product",
        "payments and refunds of other products",
    ),
    DifferenceKind.OTHER_CURRENCY: (
        "balance transaction in another currency",
        "balance transactions in other currencies",
    ),
}


def verdict(last: ReconciliationRun | None, open_now: int, *, late: bool) -> Status:
    """What may be said of the money now, in a sentence."""
    if last is None or last.ended_at is None:
        return Status("Nothing was compared yet.", "bad" if late else "quiet")
    when = _when(last)
    if open_now:
        do = "1 thing does not agree" if open_now == 1 else f"{open_now} things do not agree"
        return Status(f"{do}, looked at {when}.", "bad")
    if late or last.missed:
        what = "Nothing was compared since" if late else "Not all orders could be looked at"
        return Status(f"{what} {minute(last.ended_at)}." if late else f"{what}, {when}.", "bad")
    return Status(f"All of the money agrees, looked at {when}.", "good")


def progress(run: ReconciliationRun) -> tuple[str, str]:
    """Of a run that is under way: its heading, and how far it is."""
    stages: list[RunStage] = [stage for stage in RunStage if stage is not RunStage.ENDED]
    number = stages.index(RunStage(run.stage)) + 1
    far = f"Step {number} of {len(stages)}: {DOING[RunStage(run.stage)]}. {run.compared:,} compared so far"
    far += f", {run.looked:,} orders looked at." if run.looked else "."
    if run.trouble:
        return (
            "Not finished",
            f"{run.trouble} It goes on by itself at {minute(run.next_try_at)}, where it stopped. {far}",
        )
    return "Comparing now", f"{far} Load the page again to see how far it is."


def open_row(known: Known, link: Callable[[str], str]) -> Cells:
    """One that waits for somebody."""
    order = known.difference.order_reference
    past = " It is not so any more." if known.last.kind == StepKind.PAST else ""
    return [
        f"{known.last.said}{past}",
        Link(order, link(order)) if order and order.startswith("PM-") else order or "",
        minute(known.last.at),
        Link("Explain", f"{HERE}/{known.difference.id}", about=f": {known.last.said}", tall=True),
    ]


def settled_row(known: Known, who: Callable[[str], str]) -> Cells:
    """One that was explained, or is gone."""
    explained = known.last.kind == StepKind.EXPLAINED
    return [
        Link(known.last.said, f"{HERE}/{known.difference.id}"),
        f"{known.last.why} ({who(known.last.actor)})" if explained else "Gone by itself",
        minute(known.last.at),
    ]


def step_row(step: DifferenceStep, who: Callable[[str], str]) -> Cells:
    """What became of one."""
    by = who(step.actor) if step.kind == StepKind.EXPLAINED else f"Run {step.run_id}"
    return [minute(step.at), STEPS[StepKind(step.kind)], step.why or step.said, by]


def run_row(run: ReconciliationRun, who: Callable[[str], str]) -> Cells:
    """A run that has ended."""
    whole = "everything" if run.since is None else "what was new"
    looked = f", {run.looked:,} orders looked at" if run.looked else ""
    return [
        minute(run.begun_at),
        who(run.begun_by),
        f"{run.compared:,} ({whole}){looked}",
        str(run.found_new or 0),
        _result(run),
    ]


def facts(known: Known) -> Sequence[tuple[str, str]]:
    """Both sides of a difference, where they have amounts."""
    last, names = known.last, _sides(DifferenceKind(known.difference.kind))
    sums = zip(names, (last.theirs_pence, last.ours_pence), strict=True)
    if known.difference.kind in {DifferenceKind.OTHER_CURRENCY, DifferenceKind.CURRENCY}:
        return []
    return [(name, amount_in(CURRENCY, pence)) for name, pence in sums if pence is not None]


def not_ours(sums: Sequence[tuple[DifferenceKind, int]]) -> str:
    """What else goes on at the account, in a sentence; nothing when nothing does."""
    said = [f"{number:,} {NOT_OURS[kind][number != 1]}" for kind, number in sums]
    return f"On the same Stripe account, and not this shop’s: {' and '.join(said)}." if said else ""


def _sides(kind: DifferenceKind) -> tuple[str, str]:
    if kind in NEEDS_EXPLAINING:
        return "By payments", "In the donation ledger"
    if kind in {DifferenceKind.PAYOUT, DifferenceKind.PAYOUT_ROW}:
        return "The payout says", "Its rows say"
    return "At Stripe", "Here"


def _result(run: ReconciliationRun) -> Status:
    if run.result == RunResult.OTHER_ACCOUNT:
        return Status("Another account’s key", "bad")
    if run.missed:
        return Status(f"{run.missed} orders not looked at", "bad")
    if run.result == RunResult.AGREES:
        return Status("All agrees", "good")
    return Status(f"{run.found_open} open", "bad")


def _when(run: ReconciliationRun) -> str:
    ended = run.ended_at or run.begun_at
    at_night = clock.in_britain(ended).hour < NIGHT_ENDS and _is_today(ended)
    return "last night" if at_night else minute(ended)


def _is_today(at: datetime) -> bool:
    return clock.in_britain(at).date() == clock.today()


NIGHT_ENDS: Final = 7
