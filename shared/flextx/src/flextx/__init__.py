"""Flexible transactions for Django: outbox, relay, inbox and what stands on them."""
