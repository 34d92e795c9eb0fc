"""What every test's own shop would work out again, worked out once for the whole run.

Each test has an application and a database of its own. Both compile the same things each time, always with
the same result: the builders of addresses, the text of statements, templates. That took half of a test.
"""

import pickle
import tomllib
from collections.abc import Callable
from functools import lru_cache, wraps
from types import CodeType
from typing import Any, cast

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import shop.db
from shop.web import assets


def share() -> None:
    """Let every application and every engine of this process use what another has compiled."""
    Flask.jinja_options = {"bytecode_cache": KeptTemplates()}
    Rule.compile = _once_for_each_rule(Rule.compile)  # type: ignore[method-assign]
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        _all_alike(dialect)
    statements: LRUCache[Any, Any] = LRUCache(5_000)

    @wraps(create_engine)
    def create(*what: Any, **how: Any) -> Engine:
        engine = create_engine(*what, **how)
        engine._compiled_cache = statements
        return engine

    tomllib.loads = _read_once(tomllib.loads)
    assets._packed = lru_cache(assets._packed)
    shop.db.create_engine = create  # type: ignore[attr-defined]


def _read_once(loads: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The support pages and the sample's name are read by every shop; whoever asks gets a copy."""
    known: dict[str, bytes] = {}

    def read(text: str, **how: Any) -> dict[str, Any]:
        if how:
            return loads(text, **how)
        if text not in known:
            known[text] = pickle.dumps(loads(text))
        return cast("dict[str, Any]", pickle.loads(known[text]))

    return read


class KeptTemplates(BytecodeCache):
    """What templates were compiled to, as it is: nothing is written or read again."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        source, code = self._kept.get(bucket.key, ("", None))
        bucket.code = code if source == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = (bucket.checksum, bucket.code)


def _once_for_each_rule(compile_rule: Callable[[Rule], None]) -> Callable[[Rule], None]:
    """What a rule compiles to is a function of its text and of the values it takes as given."""
    known: dict[object, Rule] = {}

    def compiled(rule: Rule) -> None:
        given = tuple(sorted((rule.defaults or {}).items()))
        key = (rule.rule, given, rule.host, rule.subdomain, rule.merge_slashes)
        first = known.get(key)
        if first is None:
            compile_rule(rule)
            known[key] = rule
            return
        rule._parts, rule._trace, rule._converters = first._parts, first._trace, first._converters
        rule.arguments = set(first.arguments)
        rule._build = first._build.__func__.__get__(rule, None)  # type: ignore[attr-defined]
        rule._build_unknown = first._build_unknown.__func__.__get__(rule, None)  # type: ignore[attr-defined]

    return compiled


def _all_alike(dialect: type[Dialect]) -> None:
    """Every engine has a dialect object of its own, and statements are kept by it: let any two be equal."""
    dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign, assignment]
    dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign, assignment]
