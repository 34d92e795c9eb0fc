"""The public log of giving: what the ledger says, in a tree that nobody can rewrite in secret."""
