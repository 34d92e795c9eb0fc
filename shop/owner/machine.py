"""The owner's machine: what it can cut, where it finds a piece, and what that makes of each face."""

from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any, Final

from flask import Blueprint, flash, g, redirect, render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, Field, RadioField, SelectChoice, StringField
from wtforms.validators import ValidationError

from shop import bench, web
from shop.accounts.access import require
from shop.bench import Profile, Saved
from shop.engraving import FACES, MACHINES, Tool
from shop.engraving.jig import Jig
from shop.engraving.tool import fitted, measure
from shop.web.dates import minute

blueprint = Blueprint("owner_machine", __name__, url_prefix="/owner/machine")

FINEST: Final = (Decimal("0.01"), Decimal("0.30"))
X_HEIGHT: Final = (Decimal("0.3"), Decimal("3.0"))
REACH: Final = (Decimal(-2000), Decimal(2000))
TURN: Final = (Decimal(-360), Decimal(360))


class Between:
    """A decimal number between two bounds, with a point or a comma; empty where there is a usual value."""

    def __init__(self, bounds: tuple[Decimal, Decimal], *, unit: str, may_be_empty: bool = False) -> None:
        self.least, self.most = bounds
        self.unit, self.may_be_empty = unit, may_be_empty

    def __call__(self, _: web.Form, field: Field) -> None:
        """Leave the number in `field.number`. Raises ValidationError."""
        typed = (field.data or "").strip().replace(",", ".")
        field.number = None
        if not typed and self.may_be_empty:
            return
        try:
            number = Decimal(typed)
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_nan() or not self.least <= number <= self.most:
            raise ValidationError(
                f"Please enter a number of {self.unit} between {self.least} and {self.most}."
            )
        field.number = number


class MachineForm(web.Form):
    """The bench profile. A length left empty is what is usual for the machine."""

    machine = RadioField(
        "Machine",
        choices=[SelectChoice(slug, f"{kind.name}: {kind.note}") for slug, kind in MACHINES.items()],
        validate_choice=False,
    )
    finest_line = StringField("Finest line it cuts, in mm", [Between(FINEST, unit="mm", may_be_empty=True)])
    x_height = StringField("Smallest x-height, in mm", [Between(X_HEIGHT, unit="mm", may_be_empty=True)])
    jig_x = StringField("To the right of the machine’s origin, in mm", [Between(REACH, unit="mm")])
    jig_y = StringField("Above the machine’s origin, in mm", [Between(REACH, unit="mm")])
    angle = StringField("Turned to the left, in degrees", [Between(TURN, unit="degrees")])
    guide = BooleanField("Show the edge of the metal in the files")
    look_first = BooleanField("Look at each finished piece before it is posted")

    def validate_machine(self, field: RadioField) -> None:
        """One of those shown."""
        if field.data not in MACHINES:
            raise ValidationError("Please choose the machine that cuts.")

    def profile(self) -> Profile:
        """What was said; of a form that validates."""
        usual = MACHINES[self.machine.data].usual
        finest, x_height = self.finest_line.number, self.x_height.number
        x, y, angle = (float(field.number) for field in (self.jig_x, self.jig_y, self.angle))
        return Profile(
            Tool(
                self.machine.data,
                usual.finest_line_mm if finest is None else float(finest),
                usual.x_height_mm if x_height is None else float(x_height),
            ),
            Jig(x, y, angle, guide=self.guide.data),
            look_first=self.look_first.data,
        )


@blueprint.get("")
@require("owner")
def show() -> ResponseReturnValue:
    """The machine as it stands, and what it makes of each face."""
    with web.reading() as session:
        profile = bench.current(session)
    return _page(MachineForm(formdata=None, data=_filled_in(profile)))


@blueprint.post("")
@require("owner")
def save() -> ResponseReturnValue:
    """Let another profile hold."""
    form = MachineForm()
    if not form.validate():
        return _page(form), HTTPStatus.UNPROCESSABLE_ENTITY
    with web.transaction() as session:
        bench.save(session, form.profile(), actor=g.account.email)
    flash("The machine is saved. Words are checked against it from now on; what was ordered stays.")
    return redirect("/owner/machine", HTTPStatus.SEE_OTHER)


def _outcomes(tool: Tool) -> Iterator[tuple[str, ...]]:
    """Each general face at its smallest, in mm: capitals, small letters, strokes, and what those gained."""
    for face in FACES.values():
        if face.only_for:
            continue
        measured, as_cut = measure(face), fitted(face, tool)
        least, gained = as_cut.cap_min_mm, as_cut.thicken_mm
        lengths = (least, measured.x_height * least, measured.hairline * least + gained, gained)
        yield face.name, *(f"{length:.2f}" for length in lengths)


def _written_down(saved: Iterable[Saved]) -> Iterator[tuple[str, ...]]:
    for each in saved:
        tool, jig = each.profile.tool, each.profile.jig
        yield (
            minute(each.saved_at),
            MACHINES[tool.machine].name if tool.machine in MACHINES else tool.machine,
            f"{tool.finest_line_mm:g} mm",
            f"{tool.x_height_mm:g} mm",
            f"{jig.x_mm:g}, {jig.y_mm:g} mm; {jig.degrees:g}°",
            "yes" if jig.guide else "no",
            "yes" if each.profile.look_first else "no",
            each.saved_by,
        )


def _usual(lengths: Iterable[float]) -> str:
    """What an empty field means, for its hint."""
    named = (
        f"{length:g} for the {kind.name.lower()}"
        for kind, length in zip(MACHINES.values(), lengths, strict=True)
    )
    return f"Left empty: {', '.join(named)}."


def _filled_in(profile: Profile) -> dict[str, Any]:
    tool, jig = profile.tool, profile.jig
    data: dict[str, Any] = {"jig_x": f"{jig.x_mm:g}", "jig_y": f"{jig.y_mm:g}", "angle": f"{jig.degrees:g}"}
    if tool.machine:
        data |= {"machine": tool.machine, "finest_line": f"{tool.finest_line_mm:g}"}
        data |= {"x_height": f"{tool.x_height_mm:g}"}
    # Ticked already where no machine was named yet: that no wrong letter leaves the bench is what is usual.
    return data | {"guide": jig.guide, "look_first": profile.look_first or not tool.machine}


def _page(form: MachineForm) -> str:
    with web.reading() as session:
        profile, saved = bench.current(session), bench.history(session)
    return render_template(
        "owner/machine.html",
        form=form,
        profile=profile,
        saved=list(_written_down(saved)),
        outcomes=list(_outcomes(profile.tool)),
        usual_lines=_usual(kind.usual.finest_line_mm for kind in MACHINES.values()),
        usual_heights=_usual(kind.usual.x_height_mm for kind in MACHINES.values()),
        problems={field.id: field.errors[0] for field in form if field.errors},
    )
