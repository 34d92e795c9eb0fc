"""Jinja, but for what it does again at each import of one template by another."""

from collections.abc import MutableMapping
from typing import Any

from flask.templating import Environment


class Templates(Environment):
    """Templates that share one dict of globals.

    By itself each has a chain of two, which is walked for each name whenever a page begins and whenever it
    imports another template: a sixth of what rendering the last look cost.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Give those of all templates, unless a template is to have some of its own."""
        return super().make_globals(d) if d else self.globals
