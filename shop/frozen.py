"""Frozen dataclasses, made in a third of the time: the shop has 450, and each start makes them all."""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

T = TypeVar("T")


@overload
def frozen(cls: type[T], /) -> type[T]: ...


@overload
def frozen(*, kw_only: bool = False) -> Callable[[type[T]], type[T]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: Any = None, /, *, kw_only: bool = False) -> Any:
    """A dataclass whose objects never change, are equal by what they hold, and can be hashed.

    As `dataclass(frozen=True)` makes it, which writes and compiles six functions for each class; here only
    `__init__` is, and the others are the same for all. `field`, `fields`, `replace` and `asdict` are the
    standard library's; of what is not given to `__init__`, `__post_init__` takes care.
    """

    def made(cls: type[Any]) -> type[Any]:
        written = set(vars(cls))
        dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
        held = fields(cls)
        methods = {"__init__": _init(cls, held), "__repr__": _repr, **_comparison(held)}
        for name, method in (methods | {"__setattr__": _refuse, "__delattr__": _refuse}).items():
            if name not in written:
                setattr(cls, name, method)
        return cls

    return made if cls is None else made(cls)


def _init(cls: type[Any], held: Sequence[Field[Any]]) -> Any:
    """`__init__`, written out and compiled: it is called too often to look at the fields each time."""
    named: dict[str, Any] = {"_set": object.__setattr__, "_absent": MISSING}
    places: list[str] = []
    keywords: list[str] = []
    lines: list[str] = []
    for one in (one for one in held if one.init):
        argument = value = one.name
        if one.default is not MISSING:
            named[f"_{one.name}"] = one.default
            argument = f"{one.name}=_{one.name}"
        elif one.default_factory is not MISSING:
            named[f"_{one.name}"] = one.default_factory
            argument, value = f"{one.name}=_absent", f"_{one.name}() if {one.name} is _absent else {one.name}"
        (keywords if one.kw_only else places).append(argument)
        lines.append(f"_set(self, {one.name!r}, {value})")
    if hasattr(cls, "__post_init__"):
        lines.append("self.__post_init__()")
    arguments = ["self", *places, *(["*", *keywords] if keywords else [])]
    exec(f"def __init__({', '.join(arguments)}):\n " + "\n ".join(lines or ["pass"]), named)  # noqa: S102
    made = named.pop("__init__")
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    made.__module__ = cls.__module__
    return made


def _comparison(held: Sequence[Field[Any]]) -> dict[str, Any]:
    compared = [one.name for one in held if one.compare]
    values: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()

    def equal(self: object, other: object) -> bool:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    return {"__eq__": equal, "__hash__": lambda self: hash(values(self))}


def _repr(self: Any) -> str:
    shown = (f"{one.name}={getattr(self, one.name)!r}" for one in fields(self) if one.repr)
    return f"{self.__class__.__qualname__}({', '.join(shown)})"


def _refuse(_self: object, name: str, _value: object = None) -> NoReturn:
    raise FrozenInstanceError(f"cannot change {name!r}")
