"""Stripe's published specification (its prose left out), as a judge of requests, answers and events."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

DOCUMENT = json.loads(Path(__file__).with_name("specification.json").read_text())
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
VERSION: str = DOCUMENT["info"]["version"]
FORM = "application/x-www-form-urlencoded"
IGNORED = frozenset({"nullable", "format", "example", "default"})
"""Words of OpenAPI 3.0 that JSON Schema lacks, or means something else by."""

Operation = tuple[str, str]
"""A method and a path with its names in braces, as the specification writes them."""


def operation_of(method: str, path: str) -> Operation | None:
    """The operation that answers; None when Stripe has none such, or the shop needs none such."""
    for pattern, template in _routes():
        if pattern.fullmatch(path) and method.lower() in DOCUMENT["paths"][template]:
            return method.lower(), template
    return None


def decode(operation: Operation, query: str, body: str) -> tuple[dict[str, Any], list[str]]:
    """A request's parameters in their types, and what the specification has against them."""
    method, _ = operation
    schema = parameters(operation)
    try:
        raw = _nested(query if method == "get" else body)
    except ValueError as error:
        return {}, [str(error)]
    params = _typed(raw, schema)
    return params, _problems(_request_judge(operation), params)


@cache
def parameters(operation: Operation) -> dict[str, Any]:
    """The schema of an operation's parameters."""
    method, template = operation
    found = DOCUMENT["paths"][template][method]
    if method != "get":
        content = found.get("requestBody", {}).get("content", {})
        return content.get(FORM, {}).get("schema", {"type": "object", "properties": {}})
    asked = [one for one in found.get("parameters", []) if one["in"] == "query"]
    return {
        "type": "object",
        "properties": {one["name"]: one["schema"] for one in asked},
        "required": [one["name"] for one in asked if one.get("required")],
    }


def answer_problems(operation: Operation, status: int, answer: Any) -> list[str]:
    """What the specification has against an answer."""
    return _problems(_answer_judge(operation, status), answer)


def event_problems(event: dict[str, Any]) -> list[str]:
    """What it has against an event and the object inside."""
    inner = event["data"]["object"]
    problems = [*_problems(_object_judge("event"), event), *_problems(_object_judge(inner["object"]), inner)]
    return problems if event["type"] in _event_types() else [*problems, f"{event['type']}: no such event"]


def skeleton(kind: str) -> dict[str, Any]:
    """An object of that kind with every field that may be null, null: as Stripe sends what it has not."""
    fields = SCHEMAS[kind]["properties"]
    return {name: None for name, schema in fields.items() if schema.get("nullable")}


@cache
def _routes() -> list[tuple[re.Pattern[str], str]]:
    templates = sorted(DOCUMENT["paths"], key=lambda template: template.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", template)), template) for template in templates]


@cache
def _event_types() -> frozenset[str]:
    fields = parameters(("post", "/v1/webhook_endpoints"))["properties"]
    return frozenset(fields["enabled_events"]["items"]["enum"]) - {"*"}


@cache
def _known() -> dict[str, Any]:
    return {"schemas": {name: _strict(schema) for name, schema in SCHEMAS.items()}}


def _judge(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**_strict(schema), "components": _known()})


@cache
def _request_judge(operation: Operation) -> Draft202012Validator:
    return _judge({"additionalProperties": False, **parameters(operation)})


@cache
def _answer_judge(operation: Operation, status: int) -> Draft202012Validator:
    method, template = operation
    answers = DOCUMENT["paths"][template][method]["responses"]
    return _judge(answers.get(str(status), answers["default"])["content"]["application/json"]["schema"])


@cache
def _object_judge(kind: str) -> Draft202012Validator:
    return _judge({"$ref": f"#/components/schemas/{kind}"})


def _strict(schema: Any) -> Any:
    """OpenAPI's schema as JSON Schema; fields that it does not name are refused."""
    if isinstance(schema, list):
        return [_strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    told = {
        word: {name: _strict(one) for name, one in value.items()} if word == "properties" else _strict(value)
        for word, value in schema.items()
        if word not in IGNORED and not word.startswith("x-")
    }
    if schema.get("properties") and not schema.get("x-trimmed"):
        told.setdefault("additionalProperties", False)
    return {"anyOf": [told, {"type": "null"}]} if schema.get("nullable") else told


def _problems(judge: Draft202012Validator, value: Any) -> list[str]:
    found = []
    for error in judge.iter_errors(value):
        inner = [one for one in error.context or [] if one.validator_value != "null"]
        worst = best_match(inner) or error
        place = [*error.absolute_path, *(worst.relative_path if worst is not error else [])]
        found.append(f"{'/'.join(map(str, place)) or 'all of it'}: {worst.message[:160]}")
    return found


def _nested(form: str) -> dict[str, Any]:
    """`a[b][0]=1` as Stripe reads it. Raises ValueError for what is no form."""
    root: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True, strict_parsing=bool(form)):
        if not re.fullmatch(r"[^\[\]]+(\[[^\[\]]*\])*", name):
            raise ValueError(f"{name} is no name of a parameter")
        *path, last = name.replace("]", "").split("[")
        inner = root
        for part in path:
            inner = inner.setdefault(part or str(len(inner)), {})
            if not isinstance(inner, dict):
                raise ValueError(f"{name} is both a value and a map")  # noqa: TRY004 (it is the form)
        if last in inner:
            raise ValueError(f"{name} is given twice")
        inner[last or str(len(inner))] = value
    return root


def _typed(value: Any, schema: dict[str, Any]) -> Any:
    """Text as the type that the schema wants; left as it is, to be refused, when it is no such thing."""
    schema = SCHEMAS[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    if "anyOf" in schema:
        tried = [_typed(value, one) for one in schema["anyOf"]]
        fitting = (read for read, one in zip(tried, schema["anyOf"], strict=True) if _fits(read, one))
        return next(fitting, tried[0])
    if isinstance(value, dict):
        return _typed_map(value, schema)
    kind = schema.get("type")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value in {"true", "false"}:
        return value == "true"
    return value


def _typed_map(value: dict[str, Any], schema: dict[str, Any]) -> Any:
    if schema.get("type") == "array":
        numbered = list(value) == [str(at) for at in range(len(value))]
        return [_typed(one, schema["items"]) for one in value.values()] if numbered else value
    fields, others = schema.get("properties", {}), schema.get("additionalProperties") or {}
    return {name: _typed(one, fields.get(name, others)) for name, one in value.items()}


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    return _fitting(json.dumps(schema)).is_valid(value)


@cache
def _fitting(schema: str) -> Draft202012Validator:
    return _judge(json.loads(schema))
