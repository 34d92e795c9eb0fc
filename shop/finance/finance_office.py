"""All that finance opens: the modules whose blueprints make up the rooms under /finance."""

from typing import Final

from shop.finance import (
    agreement_pages,
    charity_key_pages,
    charity_people_pages,
    correction_pages,
    document_pages,
    evidence_pages,
    files,
    money_file_pages,
    money_pages,
    month_pages,
    order_trail_pages,
    payment_pages,
    payout_pages,
    period_pages,
    reconciliation_pages,
    remittances,
    routes,
    vat_pages,
)

TOPICS: Final = (
    routes,
    agreement_pages,
    charity_key_pages,
    charity_people_pages,
    correction_pages,
    month_pages,
    period_pages,
    reconciliation_pages,
    remittances,
    files,
    payment_pages,
    document_pages,
    money_file_pages,
    money_pages,
    payout_pages,
    order_trail_pages,
    evidence_pages,
    vat_pages,
)
