"""Old answers go. What a request made stays unique for ever by its own row: a key never does its work twice."""

from datetime import timedelta

from django.db.models.functions import Now

from flextx.conf import flextx_settings
from flextx.idempotency.models import StoredAnswer


def prune_answers(*, limit: int = 1000) -> int:
    """Delete up to `limit` answers that are older than IDEMPOTENCY_ANSWER_SECONDS, the oldest first; how many went."""
    age = timedelta(seconds=flextx_settings().idempotency_answer_seconds)
    old = (
        StoredAnswer.objects.filter(created_at__lt=Now() - age)
        .order_by("created_at")
        .values_list("pk", flat=True)[:limit]
    )
    return StoredAnswer.objects.filter(pk__in=list(old)).delete()[0]
