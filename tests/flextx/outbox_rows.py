"""What the stories ask of the outbox."""

from collections import Counter

from django.db import connection

from flextx.outbox.models import OutboxLease, OutboxMessage


def all_sent() -> bool:
    return not OutboxMessage.objects.exclude(state="sent").exists()


def held_by() -> Counter[str | None]:
    """How many buckets each relay holds; None: those that are free."""
    return Counter(OutboxLease.objects.values_list("owner", flat=True))


def states() -> dict[str, str]:
    """key/sequence -> state"""
    return {f"{row.key}/{row.sequence}": row.state for row in OutboxMessage.objects.all()}


def make_due() -> None:
    """As if every backoff were over."""
    OutboxMessage.objects.filter(state="pending").update(due_at="2000-01-01T00:00:00Z")


def seconds_until_due(key: str) -> float:
    """By the database's clock, as the relay sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM due_at - clock_timestamp()) FROM flextx_outbox_outboxmessage WHERE key = %s",
            [key],
        )
        (seconds,) = cursor.fetchone()
    return float(seconds)
