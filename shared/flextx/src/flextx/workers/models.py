"""Who works here, and when each was last heard of."""

from django.db import models
from django.db.models.functions import Now


class Heartbeat(models.Model):
    """One row a worker's name. A worker not heard of for `seconds_max` hangs, and whoever supervises it kills it."""

    name = models.CharField(primary_key=True, max_length=200)
    kind = models.CharField(max_length=20)
    pid = models.IntegerField()
    host = models.CharField(max_length=200)
    started_at = models.DateTimeField(db_default=Now())
    beat_at = models.DateTimeField(db_default=Now())
    seconds_max = models.FloatField()

    class Meta:
        db_table = "flextx_workers_heartbeat"
