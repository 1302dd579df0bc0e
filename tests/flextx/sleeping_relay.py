"""A relay that is idle, and how it is woken."""

from django.db import connection
from pytest_django import Settings

from flextx.outbox.models import OutboxMember
from flextx.outbox.relay import Relay
from flextx.transports.choose import transport


def a_relay() -> Relay:
    return Relay(name="relay-1", transport=transport())


def sleeps() -> bool:
    return OutboxMember.objects.filter(member="relay-1", sleeping=True).exists()


def deaf(settings: Settings) -> None:
    """Only a wake-up brings this relay back within the patience of a story: it polls every 20 s."""
    settings.FLEXTX = settings.FLEXTX | {"IDLE_POLL_SECONDS": 20, "RELAY_LEASE_SECONDS": 120}


def wake() -> None:
    """Lets a deaf relay see that it is to stop."""
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY flextx_outbox")
