"""Rules of addresses that cost little until one of their addresses is written."""

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule


class LateRule(Rule):
    """A rule that makes the code which writes its addresses when it first writes one.

    Werkzeug makes it, twice, for each rule as it is added: a tenth of the start, and most are never asked.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002
        make, name = super()._compile_builder, "_build_unknown" if append_unknown else "_build"

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            made = make(append_unknown).__get__(rule, None)
            setattr(rule, name, made)
            found: tuple[str, str] = made(**values)
            return found

        return build
