"""What every test's own shop would work out again, worked out once for the whole run.

Each test has an application and a database of its own. Both compile the same things each time, always with
the same result: the builders of addresses, the text of statements, templates. That took half of a test.
"""

import tempfile
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule

import shop.db


def share() -> None:
    """Let every application and every engine of this process use what another has compiled."""
    Flask.jinja_options = {
        "bytecode_cache": FileSystemBytecodeCache(tempfile.mkdtemp(prefix="pom-templates-"))
    }
    Rule._compile_builder = _once_for_each_rule(Rule._compile_builder)  # type: ignore[method-assign]
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        _all_alike(dialect)
    statements: LRUCache[Any, Any] = LRUCache(5_000)

    @wraps(create_engine)
    def create(*what: Any, **how: Any) -> Engine:
        engine = create_engine(*what, **how)
        engine._compiled_cache = statements
        return engine

    shop.db.create_engine = create  # type: ignore[attr-defined]


def _once_for_each_rule(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """A builder is a function of its rule: of the text, the defaults and the kinds of its values."""
    known: dict[object, Any] = {}

    def builder(rule: Rule, append_unknown: bool = True) -> Any:
        defaults = tuple(sorted((rule.defaults or {}).items()))
        kinds = tuple(type(kind) for kind in rule._converters.values())
        key = (rule.rule, tuple(rule._trace), defaults, kinds, append_unknown)
        if key not in known:
            known[key] = compile_builder(rule, append_unknown)
        return known[key]

    return builder


def _all_alike(dialect: type[Dialect]) -> None:
    """Every engine has a dialect object of its own, and statements are kept by it: let any two be equal."""
    dialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[method-assign, assignment]
    dialect.__hash__ = lambda one: hash(type(one))  # type: ignore[method-assign, assignment]
