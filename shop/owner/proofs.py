"""The words drawn large, for the bench."""

from markupsafe import Markup

from shop.engraving import ANY_TOOL, MACHINES, Area, Tool, proof
from shop.engraving.by_hand import shown_by_hand
from shop.orders.view import LineView

Proof = tuple[Area, Markup]
"""(the side, its drawing)."""


def drawn_for(line: LineView, now: Tool) -> str:
    """Which machine a unit's words were approved for, and whether it is another than the one of today."""
    if (
        line.engraving is None
        or line.by_hand
        or line.engraving.artwork_alone
        or line.engraving.tool == now == ANY_TOOL
    ):
        return ""
    approved = line.engraving.tool
    if approved == ANY_TOOL:
        return "It was approved before a machine was named: please see first whether yours can cut it."
    name = MACHINES[approved.machine].name.lower() if approved.machine in MACHINES else approved.machine
    said = (
        f"Drawn for a {name}: lines of {approved.finest_line_mm:g} mm, "
        f"small letters of {approved.x_height_mm:g} mm."
    )
    return (
        said if approved == now else f"{said} Another machine is set now: please see whether it can cut this."
    )


def drawn_sides(line: LineView) -> list[Proof]:
    """Each engraved side of a unit with its drawing."""
    engraving = line.engraving
    if line.by_hand or line.hand.approved:
        drawn = {side: line.hand.sides[side.key] for side in line.sides if side.key in line.hand.sides}
        # Outlines and numbers, read strictly and written by us.
        return [(side, Markup(shown_by_hand(side, path))) for side, path in drawn.items()]  # noqa: S704
    if engraving is None or not engraving.faces_are_known:
        return []
    # Made by our own writer from outlines and numbers; no typed text is in it.
    return [(side, Markup(proof(side, engraving))) for side in line.sides]  # noqa: S704
