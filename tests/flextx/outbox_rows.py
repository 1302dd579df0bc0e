"""What the stories ask of the outbox."""

from django.db import connection

from flextx.outbox.models import OutboxMessage


def all_sent() -> bool:
    return not OutboxMessage.objects.exclude(state="sent").exists()


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
