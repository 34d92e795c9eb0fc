"""E-mails: outbox and sending."""
