"""`manage flextx republish`: what was sent to a topic in some time goes out again, under the same event ids."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from flextx.operate.actions import record_action
from flextx.operate.ranges import NoRange, add_range_arguments, moment_of, subject_of
from flextx.outbox.models import OutboxMessage
from flextx.outbox.republish import republish_sent_between

MESSAGES_MAX = 100_000


def add_arguments(what: Any) -> None:
    """`what`: the subparsers of `manage flextx`."""
    parser = what.add_parser("republish", help="send again what was sent between two times; receivers absorb it")
    add_range_arguments(parser)


def answer(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One object. Raises NoRange. Each portion commits alone, so that relays begin at once and no lock is kept."""
    topic, start, end = options["topic"], moment_of(options["start"]), moment_of(options["end"])
    sent = OutboxMessage.objects.filter(topic=topic, state="sent", sent_at__gte=start, sent_at__lt=end).count()
    if sent > MESSAGES_MAX:
        raise NoRange(f"That is {sent} messages, and at most {MESSAGES_MAX} go out at once: take a shorter range.")
    about = {"topic": topic, "from": options["start"], "to": options["end"], "messages": sent}
    action = record_action(
        subject=subject_of(options),
        action="republish",
        who=options["who"],
        why=options["reason"],
        before=about,
        after=None,
    )
    again = last_id = 0
    while True:
        with transaction.atomic():
            count, last_id = republish_sent_between(topic=topic, start=start, end=end, after_id=last_id)
        again += count
        if not count:
            break
    action.after = {"again": again}
    action.save()
    yield {"topic": topic, "again": again}
