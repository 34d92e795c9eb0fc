"""What the worker does with the money each night: Stripe's rows are read, then the books are brought on."""

from typing import Final

from shop.accounting.money_months import any_to_keep, keep_months
from shop.accounting.turnover import watch_threshold
from shop.bookkeeping import balance_transaction_reading
from shop.payments.services import Services

READ_EVERY: Final = balance_transaction_reading.READ_EVERY


def read_and_keep(services: Services) -> bool:
    """Read a page if it is time, and with the last one keep what is complete. Give whether there is more."""
    read = balance_transaction_reading.read_if_due(services)
    if read is None:
        _keep_what_is_over(services)
        return False
    if read.finished:
        keep_months(services)
        watch_threshold(services)
    return not read.finished


def _keep_what_is_over(services: Services) -> None:
    """Also of a shop whose Stripe cannot be read."""
    with services.database.reading() as session:
        waits = any_to_keep(session, services)
    if waits:
        keep_months(services)
