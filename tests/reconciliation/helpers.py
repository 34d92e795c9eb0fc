"""A difference in any shop in which something was paid for."""

from sqlalchemy import text

from shop.payments.services import Services
from shop.reconciliation.reconciling import reconcile


def plant_a_penny(services: Services) -> str:
    """Our entry of the first payment says a penny more than Stripe; a run finds it. Give its sentence."""
    with services.database.transaction() as session:
        session.execute(text("UPDATE payment_entry SET amount_pence = amount_pence + 1 WHERE id = 1"))
    said, *_ = reconcile(services)
    return said
