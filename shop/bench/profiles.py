"""Reading and writing the bench profile."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shop import clock
from shop.bench.models import BenchProfile
from shop.engraving import ANY_TOOL, Tool
from shop.engraving.jig import AS_DRAWN, Jig
from shop.frozen import frozen

_UM: Final = 1000
_HUNDREDTHS: Final = 100
_NEWEST: Final = select(BenchProfile).order_by(BenchProfile.id.desc())


@frozen
class Profile:
    """What the machine can cut, which words are checked against, and how it finds a piece, for its files.

    `look_first`: nothing engraved is posted before it was looked at (see `fulfilment/finished_looks.py`).
    """

    tool: Tool
    jig: Jig
    look_first: bool = False


NEW: Final = Profile(ANY_TOOL, AS_DRAWN)
"""Until the owner names a machine."""


@frozen
class Saved:
    """A profile with its place in the history."""

    profile: Profile
    saved_at: datetime
    saved_by: str


def current(session: Session) -> Profile:
    """The profile that holds now."""
    row = session.scalars(_NEWEST.limit(1)).one_or_none()
    return _profile(row) if row else NEW


def history(session: Session, most: int = 20) -> Sequence[Saved]:
    """The newest profiles, newest first."""
    rows = session.scalars(_NEWEST.limit(most)).all()
    return [Saved(_profile(row), row.saved_at, row.saved_by) for row in rows]


def save(session: Session, profile: Profile, *, actor: str) -> None:
    """Let this profile hold from now on. Lengths are kept to the micrometre, angles to a hundredth."""
    tool, jig = profile.tool, profile.jig
    session.add(
        BenchProfile(
            machine=tool.machine,
            finest_line_um=round(tool.finest_line_mm * _UM),
            x_height_um=round(tool.x_height_mm * _UM),
            jig_x_um=round(jig.x_mm * _UM),
            jig_y_um=round(jig.y_mm * _UM),
            jig_angle_hundredths=round(jig.degrees * _HUNDREDTHS),
            guide=jig.guide,
            look_first=profile.look_first,
            saved_at=clock.now(),
            saved_by=actor,
        )
    )
    session.flush()  # what a session shows next is read past its objects


def _profile(row: BenchProfile) -> Profile:
    return Profile(
        Tool(row.machine, row.finest_line_um / _UM, row.x_height_um / _UM),
        Jig(row.jig_x_um / _UM, row.jig_y_um / _UM, row.jig_angle_hundredths / _HUNDREDTHS, row.guide),
        row.look_first,
    )
