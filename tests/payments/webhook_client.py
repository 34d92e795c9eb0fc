"""The shop's door for Stripe, and a Stripe that can be made to fail, wait or interrupt."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from shop.payments.services import Services
from shop.webhooks.models import InboxEvent
from tests.harness import Harness, works_off_news

Event = Mapping[str, Any]


class Hooked:
    """A gateway some of whose calls go through a hook: `hook(call, *args)`."""

    def __init__(self, gateway: Any, hooks: Mapping[str, Callable[..., Any]]) -> None:
        self.gateway = gateway
        self.hooks = hooks

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.gateway, name)
        if name not in self.hooks:
            return call
        return lambda *args, **kwargs: self.hooks[name](call, *args, **kwargs)


def hooked(services: Services, **hooks: Callable[..., Any]) -> Services:
    """The same services with hooks on some of the gateway's calls."""
    return replace(services, gateway=Hooked(services.gateway, hooks))  # type: ignore[arg-type]


@dataclass
class WebhookClient:
    """/webhooks/stripe of the whole application, on the harness's database, and the worker behind it."""

    app: Flask
    harness: Harness
    stumbles: list[Exception] = field(default_factory=list)
    """What nobody expected of the worker; it goes on, as the real one does."""

    def post(self, event: Event, **change: Any) -> int:
        """Deliver an event, signed as Stripe signs it, and let the worker follow. Give the status."""
        status = self.deliver({**event, **change})
        self.works()
        return status

    def deliver(self, event: Event) -> int:
        """Deliver an event; the worker is elsewhere. Give the status."""
        return self.post_bytes(*self.harness.signed(event))

    def works(self, *, later: bool = False) -> None:
        """The worker acts on what was kept; `later`, on what it put off before, too."""
        services: Services = self.app.extensions["shop"].services
        try:
            works_off_news(services, later=later)
        except Exception as error:  # noqa: BLE001
            self.stumbles.append(error)

    def post_bytes(self, body: bytes, signature: str | None) -> int:
        """Deliver any bytes with any signature. Give the status."""
        headers = {} if signature is None else {"Stripe-Signature": signature}
        answer = self.app.test_client().post(
            "/webhooks/stripe", data=body, headers=headers, content_type="application/json"
        )
        return answer.status_code

    def post_at_once(self, *events: Event) -> list[int]:
        """Deliver events at the same moment, each from its own thread, a worker behind each."""
        start = Barrier(len(events))

        def post(event: Event) -> int:
            start.wait(30)
            return self.post(event)

        with ThreadPoolExecutor(len(events)) as pool:
            return list(pool.map(post, events))

    def hook(self, **hooks: Callable[..., Any]) -> None:
        """Put hooks on the application's own gateway; none takes them off."""
        plain: Services = self.app.extensions["shop"].services
        unhooked = getattr(plain.gateway, "gateway", plain.gateway)
        self.app.extensions["shop"] = replace(
            self.app.extensions["shop"], services=hooked(replace(plain, gateway=unhooked), **hooks)
        )

    def kept(self) -> int:
        """How many events the inbox holds."""
        with self.harness.database.reading() as session:
            return int(session.scalar(select(func.count()).select_from(InboxEvent)) or 0)

    def undone(self) -> int:
        """How many of them the worker has still to act on."""
        with self.harness.database.reading() as session:
            waiting = select(func.count()).select_from(InboxEvent).where(InboxEvent.done_at.is_(None))
            return int(session.scalar(waiting) or 0)

    def news(self, *types: str) -> list[Event]:
        """The events of these types, oldest first."""
        return [event for event in self.harness.events() if event["type"] in types]
