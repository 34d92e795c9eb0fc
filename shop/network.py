"""Whom an address stands for, and what one network may use up of the machine.

An IPv4 address is one network, whoever shares it. Of IPv6 a household or an office has a /64 at least, so
that is one network; but a provider's customer may be given up to a /48 (RFC 6177), and with it 65,536 of
them. So whatever is counted by network is counted by /48 too, and all of one may have SITE times as much.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

MOST_NETWORKS: Final = 4096
"""Remembered at once; whoever was quiet longest is forgotten first."""

SITE: Final = 8
"""How many networks' worth all of an IPv6 /48 may have: providers also give each of many customers a part of
one, and a street of them is not to feel each other."""
_NETWORK_DIGITS, _SITE_DIGITS = len("2001:0db8:0001:0002"), len("2001:0db8:0001")


_PARSED: Final = 512
"""Addresses whose networks are remembered: who types asks several times a second."""


class Counted(NamedTuple):
    """What is counted together, and how many times what one network may have it may."""

    name: str
    times: int


def network(address: str) -> str:
    """Whom an address stands for: itself, or for IPv6 its /64."""
    ours = _parsed(address)
    return ours.exploded[:_NETWORK_DIGITS] if isinstance(ours, IPv6Address) else str(ours)


def site(address: str) -> str | None:
    """The /48 of an IPv6 address; None for any other."""
    ours = _parsed(address)
    return f"{ours.exploded[:_SITE_DIGITS]}::/48" if isinstance(ours, IPv6Address) else None


@lru_cache(maxsize=_PARSED)
def counted(address: str) -> tuple[Counted, ...]:
    """All that an address counts for, the nearest first."""
    near, far = network(address), site(address)
    return (Counted(near, 1),) if far is None else (Counted(near, 1), Counted(far, SITE))


def _parsed(address: str) -> IPv4Address | IPv6Address | str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return (parsed.ipv4_mapped or parsed) if isinstance(parsed, IPv6Address) else parsed


class UsedUp(Exception):
    """This network has used up what it may for now."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"again in {retry_after} s")
        self.retry_after = retry_after
        """In seconds, at least 1."""


@dataclass
class _Account:
    left: float
    at: float


class Allowance:
    """CPU time that each network may use in this process: a supply at first, then so much a second.

    It is asked and charged by address; see `counted`.

    Many phones share one network, so what is counted is not how often somebody asks but what it costs.
    Nothing is stored: a process that is started anew remembers nobody.
    """

    def __init__(self, seconds: float, per_second: float, now: Callable[[], float] = time.monotonic) -> None:
        self._most, self._per_second, self._now = seconds, per_second, now
        self._accounts: OrderedDict[str, _Account] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def spending(self, address: str) -> Iterator[None]:
        """Let a network do something in this thread, and count what it cost. Raises UsedUp."""
        charged = counted(address)
        self._allow(charged)
        began = time.thread_time()
        try:
            yield
        finally:
            self._charge(charged, time.thread_time() - began)

    def charge(self, address: str, seconds: float) -> None:
        """Count CPU seconds that a network has used."""
        self._charge(counted(address), seconds)

    def _charge(self, charged: tuple[Counted, ...], seconds: float) -> None:
        with self._lock:
            for who in charged:
                self._account(who).left -= seconds

    def _allow(self, charged: tuple[Counted, ...]) -> None:
        with self._lock:
            waits = [
                -account.left / (self._per_second * who.times)
                for who in charged
                if (account := self._account(who)).left <= 0
            ]
        if waits:
            raise UsedUp(max(1, round(max(waits))))

    def _account(self, who: Counted) -> _Account:
        now, most, per_second = self._now(), self._most * who.times, self._per_second * who.times
        account = self._accounts.pop(who.name, None) or _Account(most, now)
        account.left = min(most, account.left + (now - account.at) * per_second)
        account.at = now
        self._accounts[who.name] = account
        if len(self._accounts) > MOST_NETWORKS:
            self._accounts.popitem(last=False)
        return account
