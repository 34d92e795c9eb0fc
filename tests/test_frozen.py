"""What is made with `frozen` is what the standard library would have made of it."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any, ClassVar

import pytest

from shop.frozen import frozen


def family(make: Callable[[type], type], kw_only: Callable[[type], type]) -> tuple[type[Any], type[Any]]:
    @make
    class Parcel:
        kind: ClassVar[str] = "parcel"
        grams: int
        to: str = field(repr=False)
        notes: list[str] = field(default_factory=list, compare=False)
        service: str = "48"

    @kw_only
    class Heavy(Parcel):
        carriers: int = 2
        name: str

        def __post_init__(self) -> None:
            assert self.carriers > 1

    return Parcel, Heavy


PAIRS = [
    family(frozen, frozen(kw_only=True)),
    family(dataclass(frozen=True), dataclass(frozen=True, kw_only=True)),
]


@pytest.mark.parametrize(("parcel", "heavy"), PAIRS)
def test_it_is_equal_by_what_it_holds_and_can_be_a_key(parcel: type[Any], heavy: type[Any]) -> None:
    one = parcel(100, "Bath")
    assert one == parcel(to="Bath", grams=100, notes=["by hand"])
    assert one != parcel(100, "York")
    assert one != (100, "Bath", "48")
    assert one != heavy(100, "Bath", name="bench")
    assert {one: "found"}[parcel(100, "Bath")] == "found"
    assert parcel.__eq__(one, "Bath") is NotImplemented


@pytest.mark.parametrize(("parcel", "heavy"), PAIRS)
def test_it_never_changes_but_in_a_copy(parcel: type[Any], heavy: type[Any]) -> None:
    one = heavy(100, "Bath", name="bench")
    with pytest.raises(FrozenInstanceError, match="grams"):
        one.grams = 3
    with pytest.raises(FrozenInstanceError, match="to"):
        del one.to
    with pytest.raises(FrozenInstanceError):
        parcel(100, "Bath").grams = 3
    assert replace(one, grams=3) == heavy(3, "Bath", name="bench")
    assert copy.deepcopy(one) == copy.copy(one) == one


@pytest.mark.parametrize(("parcel", "heavy"), PAIRS)
def test_it_shows_nothing_that_is_not_to_be_shown(parcel: type[Any], heavy: type[Any]) -> None:
    assert repr(parcel(100, "Bath")).endswith(".Parcel(grams=100, notes=[], service='48')")
    assert "Bath" not in repr(heavy(100, "Bath", name="bench"))


@pytest.mark.parametrize(("parcel", "heavy"), PAIRS)
def test_it_takes_what_its_fields_say(parcel: type[Any], heavy: type[Any]) -> None:
    one = heavy(100, "Bath", ["x"], "24", name="bench", carriers=3)
    assert asdict(one) == {
        "grams": 100, "to": "Bath", "notes": ["x"], "service": "24", "carriers": 3, "name": "bench",
    }  # fmt: skip
    assert [one.name for one in fields(heavy)] == list(asdict(one))
    assert parcel(1, "").notes is not parcel(1, "").notes
    assert parcel.kind == "parcel"
    assert parcel.__match_args__ == ("grams", "to", "notes", "service")
    for wrong in (lambda: parcel(1), lambda: parcel(1, "", x=2), lambda: heavy(1, "", [], "24", 3, name="")):
        with pytest.raises(TypeError, match=r"__init__\(\) "):
            wrong()
    with pytest.raises(AssertionError):
        heavy(100, "Bath", name="bench", carriers=1)


@frozen
class Nothing:
    pass


@frozen
class Own:
    held: int

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 5


def test_what_a_class_says_itself_stays_as_it_is() -> None:
    assert hash(Own(1)) == 5
    assert Own(1) == Own(2)
    assert Nothing() == Nothing()
    assert pickle.loads(pickle.dumps(Own(7))).held == 7
