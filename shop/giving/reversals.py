"""Which units of an order were given back, when all that is known is how much money was."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shop.frozen import frozen


@frozen
class Returned:
    """Money that went back to the buyer: a refund that holds, or a dispute that was lost."""

    amount_pence: int
    lines: tuple[int, ...] = ()
    """The units it was for, when we asked for it ourselves; one made in Stripe's dashboard names none."""
    postage_pence: int = 0
    """How much of it was for postage, as far as that was said."""
    goodwill_pence: int = 0
    """How much of it was for no unit at all, as far as that was said."""
    at: datetime | None = None
    actor: str = ""
    cause: str = ""
    """The refund's or the dispute's id."""

    @property
    def for_goods(self) -> int:
        """Pence of it that may be for units."""
        return self.amount_pence - self.postage_pence - self.goodwill_pence


def returned_units(prices: Mapping[int, int], refunds: Sequence[Returned]) -> frozenset[int]:
    """Numbers of the units that count as given back, so that no donation stands for them.

    Goods come before postage: once the refunds reach the price of all goods, every unit is back. Below that
    a refund that names its units takes those; one that equals the price of a unit, or of several together,
    takes them; what is left over is put together and takes the dearest units it covers in full. A remainder
    smaller than a unit's price is goodwill and takes none, so the charity keeps its part; so does what was
    said to be goodwill.

    `prices` maps a unit's number to its price in pence; refunds come oldest first.
    """
    if sum(refund.for_goods + refund.goodwill_pence for refund in refunds) >= sum(prices.values()):
        return frozenset(prices)
    back: set[int] = set()
    spare = 0
    for refund in refunds:
        taken = _explained(prices, back, refund)
        back |= taken
        spare += refund.for_goods - sum(prices[number] for number in taken)
    for number in sorted(prices, key=lambda number: (-prices[number], number)):
        if number not in back and prices[number] <= spare:
            back.add(number)
            spare -= prices[number]
    return frozenset(back)


def taken_by(prices: Mapping[int, int], refunds: Sequence[Returned]) -> dict[int, Returned]:
    """For each unit that counts as given back, the refund since which it has."""
    since: dict[int, Returned] = {}
    for count in range(1, len(refunds) + 1):
        back = returned_units(prices, refunds[:count])
        kept = {number: refund for number, refund in since.items() if number in back}
        since = dict.fromkeys(back, refunds[count - 1]) | kept
    return since


def _explained(prices: Mapping[int, int], back: set[int], refund: Returned) -> set[int]:
    kept = [number for number in prices if number not in back]
    if refund.lines:
        named = {number for number in refund.lines if number in kept}
        return named if sum(prices[number] for number in named) <= refund.amount_pence else set()
    return set(_adding_up(prices, kept, refund.for_goods))


def _adding_up(prices: Mapping[int, int], numbers: Sequence[int], pence: int) -> tuple[int, ...]:
    """The fewest of these units, the first ones, whose prices come to just that; none where none do."""
    found: dict[int, tuple[int, ...]] = {0: ()}
    for number in numbers:
        with_it = {sum_ + prices[number]: (*units, number) for sum_, units in found.items()}
        for sum_, units in with_it.items():
            if sum_ <= pence and (sum_ not in found or len(units) < len(found[sum_])):
                found[sum_] = units
    return found.get(pence, ())
