"""What no other row says: how often something happened, and where the log ends."""

from django.db import models
from django.db.models.functions import Now


class Count(models.Model):
    """How often something happened in one worker, ever. A row a worker, so that no two wait for each other."""

    pk = models.CompositePrimaryKey("name", "what", "worker")
    name = models.CharField(max_length=100)
    what = models.CharField(max_length=50)
    worker = models.CharField(max_length=200)
    total = models.BigIntegerField()

    class Meta:
        db_table = "flextx_metrics_count"


class LogEnd(models.Model):
    """The next offset of one partition when somebody last asked the log; see flextx.metrics.log_ends."""

    pk = models.CompositePrimaryKey("topic", "partition")
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    end_offset = models.BigIntegerField()
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "flextx_metrics_logend"
