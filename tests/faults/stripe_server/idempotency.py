"""Idempotency keys as the documentation has them: kept for a day with whatever was answered, 500s too."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.stripe_server.account import DAY, Account, Body, Refusal

LONGEST_KEY = 255


@dataclass(frozen=True)
class Kept:
    """What was answered under a key, to which request, when."""

    at: int
    path: str
    params: Mapping[str, Any]
    status: int
    body: Body


@dataclass
class Keys:
    """The keys of one account. After a day a key is as good as new."""

    account: Account
    kept: dict[str, Kept] = field(default_factory=dict)

    def before(self, key: str, path: str, params: Mapping[str, Any]) -> Kept | None:
        """What was answered to this key before. Raises Refusal when it came with another request."""
        if len(key) > LONGEST_KEY:
            raise Refusal(400, "An idempotency key has at most 255 characters.")
        found = self.kept.get(key)
        if found is None or self.account.now() - found.at >= DAY:
            return None
        if (found.path, found.params) != (path, params):
            said = "Keys can only be used with the same parameters they were first used with."
            raise Refusal(400, said, code="idempotency_error")
        return found

    def keep(self, key: str, path: str, params: Mapping[str, Any], status: int, body: Body) -> None:
        """Answer this to the same key from now on."""
        self.kept[key] = Kept(self.account.now(), path, dict(params), status, body)
