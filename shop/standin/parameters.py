"""Reading a request as Stripe does: `a[b][0][c]=1` into nested values, each checked, nothing unknown let by.

A kind is a function from what arrived and the parameter's name to the value, raising ApiError. Kinds are put
together from smaller ones, so that an operation states what it takes in the shape of the request itself.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from shop.standin.errors import ApiError, required, unknown_parameter

Raw = str | dict[str, Any]
Kind = Callable[[Raw, str], Any]

KEY: Final = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
PART: Final = re.compile(r"\[([^\[\]]*)\]")
MOST_LABELS: Final = 50
LONGEST_LABEL: Final = 40
LONGEST_LABEL_VALUE: Final = 500


def parsed(raw: bytes) -> dict[str, Any]:
    """A form-encoded body or query as nested dicts of text; lists are dicts keyed '0', '1' and so on."""
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except ValueError as error:
        raise ApiError("Invalid request: the parameters are not UTF-8 text.") from error
    root: dict[str, Any] = {}
    for key, value in pairs:
        match = KEY.fullmatch(key)
        if match is None:
            raise ApiError(f"Invalid request: malformed parameter {key!r}.", param=key)
        _place(root, [match[1], *PART.findall(match[2])], value, key)
    return root


def _place(root: dict[str, Any], path: list[str], value: str, key: str) -> None:
    inner = root
    for part in path[:-1]:
        found = inner.setdefault(part or str(len(inner)), {})
        if not isinstance(found, dict):
            raise ApiError(f"Invalid request: {key!r} is both a value and a group.", param=key)
        inner = found
    last = path[-1] or str(len(inner))
    if last in inner:
        raise ApiError(f"Invalid request: {key!r} is given twice.", param=key)
    inner[last] = value


def text(longest: int = 5000) -> Kind:
    """Text that is not empty."""

    def read(raw: Raw, name: str) -> str:
        if not isinstance(raw, str):
            raise ApiError(f"Invalid string: {name}", param=name)
        if not raw:
            message = f"You passed an empty string for '{name}'."
            raise ApiError(message, code="parameter_invalid_empty", param=name)
        if len(raw) > longest:
            message = f"Invalid string: '{name}' must be at most {longest} characters"
            raise ApiError(message, code="parameter_invalid_string", param=name)
        return raw

    return read


def whole(least: int | None = None, most: int | None = None) -> Kind:
    """A whole number."""

    def read(raw: Raw, name: str) -> int:
        if not isinstance(raw, str) or not re.fullmatch(r"-?[0-9]{1,15}", raw):
            raise ApiError(f"Invalid integer: {name}", code="parameter_invalid_integer", param=name)
        number = int(raw)
        if (least is not None and number < least) or (most is not None and number > most):
            bounds = f"at least {least}" if most is None else f"from {least} to {most}"
            message = f"Invalid integer: {name} must be {bounds}"
            raise ApiError(message, code="parameter_invalid_integer", param=name)
        return number

    return read


def flag(raw: Raw, name: str) -> bool:
    """Yes or no."""
    if raw not in {"true", "false"} if isinstance(raw, str) else True:
        raise ApiError(f"Invalid boolean: {name}", param=name)
    return raw == "true"


def choice(*values: str) -> Kind:
    """One of a few words."""

    def read(raw: Raw, name: str) -> str:
        if not isinstance(raw, str) or raw not in values:
            raise ApiError(f"Invalid {name}: must be one of {', '.join(values)}", param=name)
        return raw

    return read


def each(kind: Kind, most: int = 100) -> Kind:
    """A list, in the order of its indexes."""

    def read(raw: Raw, name: str) -> list[Any]:
        if not isinstance(raw, dict) or sorted(raw) != sorted(map(str, range(len(raw)))):
            raise ApiError(f"Invalid array: {name}", param=name)
        if len(raw) > most:
            raise ApiError(f"Invalid array: {name} takes at most {most} entries", param=name)
        return [kind(raw[str(index)], f"{name}[{index}]") for index in range(len(raw))]

    return read


def labels(raw: Raw, name: str) -> dict[str, str]:
    """Metadata: the bounds are Stripe's (docs.stripe.com/api/metadata)."""
    if raw == "":
        return {}
    if not isinstance(raw, dict) or len(raw) > MOST_LABELS:
        raise ApiError(f"Invalid metadata: {name}", param=name)
    for key, value in raw.items():
        if len(key) > LONGEST_LABEL or not isinstance(value, str) or len(value) > LONGEST_LABEL_VALUE:
            raise ApiError(f"Metadata is too long or nested: {name}[{key}]", param=f"{name}[{key}]")
    return {key: value for key, value in raw.items() if value}


def shape(fields: Mapping[str, Kind], *needed: str) -> Kind:
    """A group with these fields and no others."""

    def read(raw: Raw, name: str) -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise ApiError(f"Invalid object: {name}", param=name)
        for key in raw:
            if key not in fields:
                raise unknown_parameter(_inside(name, key))
        for key in needed:
            if key not in raw:
                raise required(_inside(name, key))
        return {key: fields[key](value, _inside(name, key)) for key, value in raw.items()}

    return read


def moment_range(raw: Raw, name: str) -> dict[str, int]:
    """A moment in seconds, or bounds of it (gt, gte, lt, lte)."""
    if isinstance(raw, str):
        seconds = whole()(raw, name)
        return {"gte": seconds, "lte": seconds}
    bounds: dict[str, int] = shape(dict.fromkeys(("gt", "gte", "lt", "lte"), whole()))(raw, name)
    return bounds


def _inside(name: str, key: str) -> str:
    return f"{name}[{key}]" if name else key
