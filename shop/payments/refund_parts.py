"""A sum that was paid in several payments goes back in parts: no payment gives more than it took."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from shop.giving.reversals import Returned
from shop.payments.kinds import RefundState
from shop.payments.models import RefundRequest


def split(left: Mapping[str, int], amount_pence: int) -> list[tuple[str, int]]:
    """How much of a sum goes back from each payment, by its intent: pence, no more than it has `left`.

    One payment gives all of it if it can; else each gives what it has, the first before the others.
    """
    for intent, pence in left.items():
        if pence >= amount_pence:
            return [(intent, amount_pence)]
    parts = []
    for intent, pence in left.items():
        part = min(pence, amount_pence)
        if part > 0:
            parts.append((intent, part))
            amount_pence -= part
    return parts


def given_up(requests: Sequence[RefundRequest]) -> frozenset[str]:
    """What was to go back in parts of which one was withdrawn, by its key: that money went back otherwise.

    So nothing is known any more of what the other parts are for.
    """
    return frozenset(
        request.joined
        for request in requests
        if request.joined is not None and request.state == RefundState.WITHDRAWN
    )


def put_together(back: Sequence[Returned], requests: Sequence[RefundRequest]) -> list[Returned]:
    """What went back, oldest first, with the parts of one sum as one, since the last of them is back.

    Until then they are for no unit: the buyer's bank may still send the rest of them back to us.
    """
    joined = {name: one for one in requests if one.joined for name in (one.stripe_id, one.key) if name}
    broken = given_up(requests)
    found: list[Returned] = []
    parts: defaultdict[str, list[Returned]] = defaultdict(list)
    for item in back:
        request = joined.get(item.cause)
        if request is None or request.joined is None:
            found.append(item)
        elif request.joined in broken:
            found.append(replace(item, lines=(), postage_pence=0, goodwill_pence=0))
        else:
            together = parts[request.joined]
            together.append(item)
            found = _with_part(found, together, request.whole_pence)
    return found


def _with_part(found: Sequence[Returned], parts: Sequence[Returned], whole_pence: int) -> list[Returned]:
    latest, sum_ = parts[-1], sum(part.amount_pence for part in parts)
    if sum_ < whole_pence:
        return [*found, replace(latest, lines=(), postage_pence=0, goodwill_pence=latest.amount_pence)]
    causes = {part.cause for part in parts}
    return [*(item for item in found if item.cause not in causes), replace(latest, amount_pence=sum_)]
