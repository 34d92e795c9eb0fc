"""The only door to Stripe: every call the shop makes, and the check of every message it receives.

Whatever comes back is turned into the records of `stripe_snapshot` at once: no Stripe type travels further.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Unpack
from urllib.parse import quote_plus

from shop import clock
from shop.payments import balance_transaction_pages, radar_lookup, source_lookup, stripe_objects
from shop.payments.balance_transaction_pages import PAGE, Which
from shop.payments.gateway_errors import CannotExpire, GatewayDown, GatewayRefused, stripe_errors
from shop.payments.stripe_snapshot import (
    BalanceSeen,
    DisputeSeen,
    EventSeen,
    MoveSeen,
    PaymentSnapshot,
    PayoutSeen,
    RefundSeen,
    SessionSeen,
)
from shop.payments.stripe_time import StripeTime
from shop.payments.webhook_signature import verified_event

if TYPE_CHECKING:
    from shop.payments.stripe_client import Hear, StripeClient, WsgiApp

SESSIONS: Final = "/v1/checkout/sessions"


class Gateway:
    """Stripe, or something that answers like it. Every method may raise GatewayDown or GatewayRefused."""

    def __init__(self, connect: "Callable[[Hear], StripeClient]", webhook_secret: str) -> None:
        self._webhook_secret = webhook_secret
        self._time = StripeTime()
        self._connect = connect

    @classmethod
    def over_http(cls, secret_key: str, webhook_secret: str, api_base: str | None = None) -> "Gateway":
        """Over the network: to Stripe, or to the server at `api_base`, whose path is kept as a prefix."""
        return cls(lambda hear: _sdk().over_http(secret_key, api_base, hear), webhook_secret)

    @classmethod
    def in_process(cls, app: "WsgiApp", secret_key: str, webhook_secret: str) -> "Gateway":
        """To a WSGI application in this process, without a port. Call it outside any transaction."""
        return cls(lambda hear: _sdk().in_process(secret_key, app, hear), webhook_secret)

    @cached_property
    def _client(self) -> "StripeClient":
        return self._connect(self._time.hear)

    def now(self) -> datetime:
        """This moment by Stripe's clock, as far as it was heard. Asks nothing; raises nothing."""
        return self._time.now()

    def update_time(self) -> bool:
        """Ask Stripe anything, unless it has answered lately, so that `now` is right. Give whether it was.

        Raises nothing.
        """
        heard = self._time.fresh
        if not heard:
            with suppress(GatewayDown, GatewayRefused), stripe_errors():
                self._client.v1.checkout.sessions.list({"limit": 1})
        return not heard

    def create_session(self, request: Mapping[str, Any], key: str) -> SessionSeen:
        """Open a payment page. The same key and request give the same session again, never a second one."""
        return stripe_objects.session(self._plain("post", SESSIONS, **request, idempotency_key=key))

    def session(self, session_id: str) -> SessionSeen:
        """One session as it stands."""
        with stripe_errors():
            return stripe_objects.session(self._client.v1.checkout.sessions.retrieve(session_id).to_dict())

    def expire_session(self, session_id: str) -> SessionSeen:
        """Close an open payment page for good. Raises CannotExpire when it is complete or expired already."""
        try:
            with stripe_errors():
                return stripe_objects.session(self._client.v1.checkout.sessions.expire(session_id).to_dict())
        except GatewayRefused as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise CannotExpire(session_id) from error
            raise

    def snapshot(
        self, session_ids: Iterable[str], *, nothing_returned: bool = False, reviews: Iterable[str] = ()
    ) -> PaymentSnapshot:
        """All that is known about these sessions: their payments, all refunds and all disputes of those.

        `nothing_returned`: as far as we know there are neither, so they are asked for only where the charge
        says that there are some. A refund that failed, and some disputes, leave no trace on the charge. So do
        warnings of fraud; a review is named by its payment. `reviews`: those that were open when last seen.
        """
        found = [self._with_payment(session_id) for session_id in session_ids]
        intents = {
            body["payment_intent"]["id"]: body["payment_intent"] for body in found if body["payment_intent"]
        }
        asked = [
            intent
            for intent, body in intents.items()
            if not nothing_returned or stripe_objects.returned(body["latest_charge"])
        ]
        return PaymentSnapshot(
            sessions=tuple(stripe_objects.session(body) for body in found),
            payments=tuple(stripe_objects.payment(body) for body in intents.values()),
            refunds=tuple(refund for intent in asked for refund in self._refunds(intent)),
            disputes=tuple(dispute for intent in asked for dispute in self._disputes(intent)),
            suspicions=tuple(radar_lookup.of(self._client, intents.values(), asked, reviews)),
        )

    def refund(self, payment_intent: str, amount_pence: int, key: str, mark: str | None = None) -> RefundSeen:
        """Give back part or all of a payment, and mark it as ours.

        The same key gives the same refund again for a day; after that only its mark tells that it was made.
        """
        params: Any = {"payment_intent": payment_intent, "amount": amount_pence}
        if mark is not None:
            params["metadata"] = {"request": mark}
        with stripe_errors():
            made = self._client.v1.refunds.create(params, {"idempotency_key": key})
        return stripe_objects.refund(made.to_dict())

    def marked_refund(self, payment_intent: str, mark: str) -> RefundSeen | None:
        """The refund that carries this mark, whatever became of it; None when it was never made."""
        return next((refund for refund in self._refunds(payment_intent) if refund.mark == mark), None)

    def sessions_of(self, reference: str, *, since: datetime, until: datetime) -> list[SessionSeen]:
        """Every payment page of an order that was made in that time, newest first.

        Stripe's list cannot be asked for one reference, so the time should be short.
        """
        params: Any = {
            "created": {"gte": int(since.timestamp()), "lte": int(until.timestamp())},
            "limit": PAGE,
        }
        with stripe_errors():
            page = self._client.v1.checkout.sessions.list(params)
            rows = (stripe_objects.session(row.to_dict()) for row in page.auto_paging_iter())
            return [seen for seen in rows if seen.client_reference_id == reference]

    def moves(self, *, payout: str | None = None) -> Iterator[MoveSeen]:
        """Every balance transaction, newest first: all, or those of one payout."""
        params: Any = {"limit": PAGE}
        if payout is not None:
            params["payout"] = payout
        with stripe_errors():
            for row in self._client.v1.balance_transactions.list(params).auto_paging_iter():
                yield stripe_objects.move(row.to_dict())

    def payouts(self) -> Iterator[PayoutSeen]:
        """Every payout, newest first."""
        with stripe_errors():
            for row in self._client.v1.payouts.list({"limit": PAGE}).auto_paging_iter():
                yield stripe_objects.payout(row.to_dict())

    def some_moves(self, **which: Unpack[Which]) -> tuple[Sequence[MoveSeen], bool]:
        """A page of balance transactions, newest first, and whether there are older ones: see Which."""
        return balance_transaction_pages.moves(self._client, which)

    def some_payouts(self, **which: Unpack[Which]) -> tuple[Sequence[PayoutSeen], bool]:
        """A page of payouts, newest first, and whether there are older ones: see Which."""
        return balance_transaction_pages.payouts(self._client, which)

    def payout(self, payout_id: str) -> PayoutSeen:
        """One payout as it stands."""
        with stripe_errors():
            return stripe_objects.payout(self._client.v1.payouts.retrieve(payout_id).to_dict())

    def whose(self, source: str) -> source_lookup.Whose | None:
        """Whose money a charge, refund or dispute is; None of anything else."""
        return source_lookup.of(self._client, source)

    def balance(self) -> BalanceSeen:
        """What lies at Stripe now."""
        with stripe_errors():
            return stripe_objects.balance(self._client.v1.balance.retrieve().to_dict())

    def read_event(self, raw: bytes, signature: str | None) -> EventSeen:
        """Believe a message to the webhook, by our clock or by Stripe's as it was heard. Raises BadEvent."""
        return verified_event(raw, signature, self._webhook_secret, (clock.now(), self.now()))

    def _with_payment(self, session_id: str) -> dict[str, Any]:
        """A session, its payment and the charge in it, all as of one moment, in one call."""
        return self._plain(
            "get", f"{SESSIONS}/{quote_plus(session_id)}", expand=["payment_intent.latest_charge"]
        )

    def _plain(self, method: str, path: str, **asked: Any) -> dict[str, Any]:
        """An answer as it came: the SDK's objects, of which nothing travels further, cost more than the call.

        For what every purchase asks.
        """
        with stripe_errors():
            answer = self._client.raw_request(method, path, **asked)
        plain: dict[str, Any] = answer.data
        return plain

    def _refunds(self, intent: str) -> Iterator[RefundSeen]:
        with stripe_errors():
            page = self._client.v1.refunds.list({"payment_intent": intent, "limit": PAGE})
            for row in page.auto_paging_iter():
                yield self._dated_refund(row.to_dict())

    def _disputes(self, intent: str) -> Iterator[DisputeSeen]:
        with stripe_errors():
            page = self._client.v1.disputes.list({"payment_intent": intent, "limit": PAGE})
            for row in page.auto_paging_iter():
                yield self._dated_dispute(row.to_dict())

    def _dated_refund(self, found: dict[str, Any]) -> RefundSeen:
        """A refund; of one that failed, when the money came back."""
        back = stripe_objects.identifier(found.get("failure_balance_transaction"))
        failed_at = None
        if back is not None:
            with suppress(GatewayRefused), stripe_errors():
                row = self._client.v1.balance_transactions.retrieve(back)
                failed_at = stripe_objects.moment(row.created)
        return stripe_objects.refund(found, failed_at=failed_at)

    def _dated_dispute(self, found: dict[str, Any]) -> DisputeSeen:
        """A dispute; of one that is over, when it was decided, which only the event of it says.

        Stripe keeps events for 30 days (docs.stripe.com/api/events), and a restricted key may not list them.
        """
        if found["status"] not in stripe_objects.DISPUTE_ENDS:
            return stripe_objects.dispute(found)
        params: Any = {"type": "charge.dispute.closed", "created": {"gte": found["created"]}, "limit": PAGE}
        with suppress(GatewayRefused), stripe_errors():
            for event in self._client.v1.events.list(params).auto_paging_iter():
                if event.data.object["id"] == found["id"]:
                    return stripe_objects.dispute(found, closed_at=stripe_objects.moment(event.created))
        return stripe_objects.dispute(found)


def _sdk() -> Any:
    from shop.payments import stripe_client  # noqa: PLC0415 - a hundred and thirty modules, for who asks Stripe

    return stripe_client
