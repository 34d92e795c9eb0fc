"""An order as people look at it: its lines with their words, what happened, what it gave."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

from shop.catalogue.postage import SERVICES, Service
from shop.dedications.vault import Vault
from shop.engraving import Area, Engraving
from shop.frozen import frozen
from shop.giving import ledger
from shop.giving.ledger import Standing
from shop.orders import wall
from shop.orders.approved_engraving import Approved
from shop.orders.hand_drawings import HandDrawing, standing, steps_of
from shop.orders.lifecycle import EventKind, State, history, lines_of
from shop.orders.models import HandDrawingStep, Order, OrderEvent, OrderLine
from shop.orders.order_summary import Days, OrderSummary, order_summary
from shop.orders.terms import TERMS
from shop.orders.wall import WallState

Row = TypeVar("Row", OrderLine, OrderEvent, HandDrawingStep)

WERE_PAID: Final = frozenset({EventKind.PAID, EventKind.ACCEPTED})


@frozen
class LineView:
    """One unit with the words for it; what was approved is None once it was erased."""

    row: OrderLine
    approved: Approved | None = field(repr=False)
    dedication: str | None = field(repr=False)
    shared_as: str | None = field(default=None, repr=False)
    """The name given for the wall; None when the dedication was kept private or erased."""
    on_wall: WallState | None = None
    """How it stands with the wall; None when the buyer never asked for that."""

    hand: HandDrawing = field(default=HandDrawing(None), repr=False)
    """How its drawing by hand stands, for words that no face can set."""

    @property
    def by_hand(self) -> bool:
        """Whether its words are drawn by hand."""
        return self.engraving is not None and self.engraving.by_hand

    @property
    def has_artwork(self) -> bool:
        """Whether there is artwork from a photograph, which the owner looks at before it is cut."""
        return self.engraving is not None and bool(self.engraving.artwork)

    @property
    def may_be_cut(self) -> bool:
        """Whether nobody has still to draw it, look at it or approve it."""
        return self.hand.may_be_cut or not (self.by_hand or self.has_artwork)

    @property
    def artwork(self) -> list[tuple[str, str]]:
        """The artwork with where it stands; see artwork_of."""
        return artwork_of(self.sides, self.engraving)

    @property
    def engraving(self) -> Engraving | None:
        """The exact words, and artwork."""
        return self.approved.engraving if self.approved else None

    @property
    def sides(self) -> tuple[Area, ...]:
        """The sides they are cut into, as large as when the buyer approved them."""
        return self.approved.sides if self.approved else ()

    @property
    def words(self) -> list[tuple[str, str]]:
        """The words with where they stand; see words_of."""
        return words_of(self.sides, self.engraving)

    @property
    def words_for_bench(self) -> list[tuple[str, str]]:
        """The same; where lines differ in lettering each place names it: 'Front, line 2, in Marcellus'."""
        lettered = self.engraving.lettered if self.engraving else ()
        if not lettered:
            return self.words
        named = zip(self.words, lettered, strict=True)
        return [(f"{place}, in {name}", text) for (place, text), (_, name) in named]

    @property
    def proof_number(self) -> str:
        """The beginning of the proof's digest: the same on the order page, in the e-mail and on the bench."""
        return (self.row.proof_digest or "")[:12]

    @property
    def as_approved(self) -> bool:
        """Whether what would be drawn and cut now is to the letter and the outline what was approved."""
        approved = self.approved
        if self.by_hand or self.hand.approved:
            return self.hand.approved
        return (
            approved is not None
            and approved.engraving.face_is_current
            and approved.digest() == self.row.proof_digest
        )


@frozen
class OrderView:
    """An order with its sealed parts opened. `contact` and `gift` are None once they were erased."""

    row: Order
    state: State
    lines: Sequence[LineView]
    events: Sequence[OrderEvent]
    contact: dict[str, Any] | None = field(repr=False)
    gift: dict[str, Any] | None = field(repr=False)
    postage: Service
    given_pence: int
    """What the ledger holds for the charity from this order now, in pence."""

    wishes: dict[str, str] = field(default_factory=dict, repr=False)
    """What the buyer said of the day it arrives: see planner.Wishes, each day as ISO 8601."""
    terms: str | None = None
    """The digest of the terms it was placed under; None of an order from before they were kept."""

    @property
    def paid_at(self) -> datetime | None:
        """When the payment was received."""
        return next((event.event_at for event in self.events if event.kind in WERE_PAID), None)


def summary_of(order: OrderView, days: Days | None, what: str = "it") -> OrderSummary:
    """An order in sentences; `days`: how its day stands, and without them nothing is said of days."""
    return order_summary(
        order.contact,
        days,
        order.postage.name,
        as_gift=bool((order.gift or {}).get("as_gift")),
        wishes=order.wishes if days else {},
        what=what,
    )


def view(session: Session, vault: Vault, order: Order) -> OrderView:
    """Open an order for showing."""
    return views(session, vault, [order])[0]


def views(session: Session, vault: Vault, orders: Sequence[Order]) -> list[OrderView]:
    """Open several, asking the database as often as for one."""
    ids = [order.id for order in orders]
    lines = _by_order(lines_of(session, *ids))
    standings = ledger.standings_of_each(session, *(order.reference for order in orders))
    sealed = vault.reveal_each(session, ids)
    shared = [each for each in ids if not _is_private(lines[each], sealed.get(each, {}))]
    on_wall = wall.states(session, *shared) if shared else {}
    by_hand = [each for each in ids if any(row.by_hand or row.artwork for row in lines[each])]
    drawings = _by_order(steps_of(session, *by_hand) if by_hand else ())
    events = _by_order(history(session, *ids))
    return [
        _view(
            order,
            [
                replace(line, hand=standing(drawings[order.id], line.row.number, sealed.get(order.id, {})))
                for line in _lines(lines[order.id], sealed.get(order.id, {}), on_wall)
            ],
            events[order.id],
            sealed.get(order.id, {}),
            standings[order.reference],
        )
        for order in orders
    ]


def _view(
    order: Order,
    lines: Sequence[LineView],
    events: Sequence[OrderEvent],
    sealed: Mapping[str, Any],
    standings: Mapping[int, Standing],
) -> OrderView:
    gifts = [(0, order.donation_pence), *((line.row.number, line.row.donation_pence) for line in lines)]
    return OrderView(
        row=order,
        state=State(order.state),
        lines=lines,
        events=events,
        contact=sealed.get("contact"),
        gift=sealed.get("gift"),
        postage=SERVICES[order.postage_service],
        wishes=sealed.get("wishes", {}),
        terms=sealed.get(TERMS),
        given_pence=sum(
            pence for unit, pence in gifts if standings.get(unit, Standing.NONE) is not Standing.NONE
        ),
    )


def _is_private(lines: Iterable[OrderLine], sealed: Mapping[str, Any]) -> bool:
    """Whether nothing of an order was asked to be shared, as far as that is not erased."""
    words = [sealed.get(f"line:{line.number}") for line in lines]
    return bool(sealed) and all(said and said.get("shared_as") is None for said in words)


def _by_order(rows: Iterable[Row]) -> Mapping[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def words_of(sides: Sequence[Area], engraving: Engraving | None) -> list[tuple[str, str]]:
    """The words with where they stand, as people say it: ('Front, line 2', '14 May')."""
    if engraving is None:
        return []
    areas = {area.key: area for area in sides}
    return [(_where(areas.get(cut.side), cut.side, cut.line), cut.text) for cut in engraving.lines]


def artwork_of(sides: Sequence[Area], engraving: Engraving | None) -> list[tuple[str, str]]:
    """The artwork with where it stands: ('Front', 'a signature from a photograph, 11.0 mm wide ...')."""
    areas = {area.key: area.label for area in sides}
    return [(areas.get(one.side, one.side), one.said) for one in engraving.artwork] if engraving else []


def _where(area: Area | None, side: str, line: int) -> str:
    if area is None:
        return f"{side}, line {line}"
    if area.rim and line == area.lines:
        return f"{area.label}, along the lower edge"
    return f"{area.label}, line {line}" if area.lines > 1 else area.label


def _lines(
    rows: Iterable[OrderLine], sealed: Mapping[str, Any], on_wall: Mapping[tuple[int, int], WallState]
) -> Iterator[LineView]:
    for row in rows:
        words = sealed.get(f"line:{row.number}") or {}
        stands = on_wall.get((row.order_id, row.number))
        yield LineView(row, Approved.unsealed(words), words.get("dedication"), words.get("shared_as"), stands)
