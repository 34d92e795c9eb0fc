"""What every test's own shop would work out again, worked out once for the whole run.

Each test has an application and a database of its own. Both compile the same things each time, always with
the same result: the builders of addresses, the text of statements, templates. That took half of a test.
"""

import pickle
import tomllib
from collections.abc import Callable
from functools import lru_cache, wraps
from types import CodeType
from typing import Any, Final, cast

from flask import Blueprint, Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache
from werkzeug.routing import Map, Rule, RuleFactory
from werkzeug.routing.matcher import StateMachineMatcher

import shop.application
import shop.db
from shop.web import assets


def share() -> None:
    """Let every application and every engine of this process use what another has compiled."""
    Flask.jinja_options = {"bytecode_cache": KeptTemplates()}
    Rule.compile = _once_for_each_rule(Rule.compile)  # type: ignore[method-assign]
    topics = Together([topic.blueprint for topic in shop.application.TOPICS])
    shop.application.TOPICS = (topics,)  # type: ignore[misc, assignment]
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


HOOKS: Final = ("before_request_funcs", "after_request_funcs", "teardown_request_funcs",
    "url_default_functions", "url_value_preprocessors", "template_context_processors")  # fmt: skip
"""What blueprints have applications call, in lists by the blueprint's name."""


class Together:
    """Blueprints that the first application registers one by one, and every other takes over from there."""

    def __init__(self, blueprints: list[Blueprint]) -> None:
        self._blueprints = blueprints
        self._made: Flask | None = None

    @property
    def blueprint(self) -> "Together":
        """They stand where one of the shop's topics does."""
        return self

    def register(self, app: Flask, _options: object) -> None:
        """Put into the application what it would have, had each come by itself."""
        made = self._made = self._made or self._by_themselves(app)
        assert [rule.endpoint for rule in app.url_map.iter_rules()] == ["static"], "an address came before"
        app.url_map = SharedMap(made.url_map)
        app.blueprints |= made.blueprints
        app.view_functions = made.view_functions | app.view_functions
        app.error_handler_spec |= made.error_handler_spec
        for hooks in HOOKS:
            theirs = getattr(made, hooks).items()
            getattr(app, hooks).update({where: [*what] for where, what in theirs if where})
        app.jinja_env.globals = made.jinja_env.globals | app.jinja_env.globals

    def _by_themselves(self, app: Flask) -> Flask:
        """An application that has them and nothing else."""
        made, plain = (Flask(app.name, static_folder=app.static_folder) for _ in range(2))
        made.url_rule_class = app.url_rule_class
        for blueprint in self._blueprints:
            made.register_blueprint(blueprint)
        for hooks in (*HOOKS, "error_handler_spec"):
            of_all = getattr(made, hooks).get(None), getattr(plain, hooks).get(None)
            assert of_all[0] == of_all[1], f"a blueprint adds to the {hooks} of every page: register it here"
        made.url_map.update()
        return made


class SharedMap(Map):
    """The addresses of another map, until one more is added."""

    def __init__(self, made: Map) -> None:
        super().__init__()
        self._matcher, self._rules_by_endpoint = made._matcher, made._rules_by_endpoint
        self._shared, self._remap = True, False

    def add(self, rulefactory: RuleFactory) -> None:
        """Have it in a map of our own."""
        if self._shared:
            theirs, self._shared = self._rules, False
            self._matcher, self._rules_by_endpoint = StateMachineMatcher(merge_slashes=True), {}
            for rule in theirs:
                super().add(rule.empty())
        super().add(rulefactory)


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
