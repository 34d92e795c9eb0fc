"""What else goes on at the account: another product's sales, and what Stripe charges for itself."""

from tests.faults.stripe_server import after_sales, paying
from tests.faults.stripe_server.account import Account, Body

PRODUCT = {"product": "candles"}


def sell(
    account: Account, amount: int, *, currency: str = "gbp", metadata: dict[str, str] | None = None
) -> Body:
    """Something that is not of the shop's is bought. Gives its charge."""
    intent = paying.made_intent(account, amount, PRODUCT if metadata is None else metadata, currency=currency)
    intent["payment_method"] = "pm_1card"
    account.tell("payment_intent.created", intent)
    paying.charged(account, intent, "succeeded", "card")
    charge: Body = account.objects[intent["latest_charge"]]
    return charge


def give_back(account: Account, charge: Body, amount: int | None = None) -> Body:
    """A refund of it. Raises Refusal."""
    return after_sales.refund(account, charge=charge["id"], amount=amount)


def bill(account: Account, amount: int) -> Body:
    """Stripe takes what it costs itself: it is about nobody's charge."""
    return account.move("stripe_fee", "fee", None, -amount)


def contribute(account: Account, amount: int) -> Body:
    """Stripe Climate takes the part of the sales that the owner has chosen."""
    return account.move("contribution", "contribution", None, -amount)


def top_up(account: Account, amount: int) -> Body:
    """The owner puts money in, so that refunds are covered. Its source is an object that nobody asks for."""
    return account.move("topup", "topup", f"tu_1{account.made:016d}", amount)
