"""First answers, kept for whoever repeats a request."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class StoredAnswer(models.Model):
    """What a request with an Idempotency-Key was answered. It commits with whatever the request did.

    A row stands for a finished request only: one that still runs is known by its lock, which ends with its process.
    """

    id = models.BigAutoField(primary_key=True)
    caller = models.CharField(max_length=120)
    method = models.CharField(max_length=10)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller", "method", "route", "key"], name="answer_once_per_key"),
            models.CheckConstraint(condition=Q(status__gte=200, status__lt=500), name="answer_is_final"),
        ]
        indexes = [models.Index(fields=["created_at"], name="answer_by_age")]
