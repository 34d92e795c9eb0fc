"""Reconciliation: whether Stripe, our own entries and the gifts tell the same story, to the penny.

A run reads what is new at Stripe (`shop.bookkeeping`), compares, and writes down each thing that does not
agree as a row, which stands until it is gone or somebody has explained it. What is compared with what stands
in `source_checks`, `payout_checks`, `gift_checks` and `ledger_checks`; `reconciling` goes through them.
"""
