"""The donation: policies and the ledger."""
