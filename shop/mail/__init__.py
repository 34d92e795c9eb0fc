"""Letters: outbox and sending."""
