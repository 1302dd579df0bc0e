"""The live rooms, what was shown in them, and who closed or banned whom."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Room(models.Model):
    """A live room. Whoever shows something in it holds a shared lock on this row; whoever closes it, the whole."""

    class Status(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    room_id = models.CharField(primary_key=True, max_length=100)
    host_id = models.CharField(max_length=100)
    status = models.CharField(max_length=6, choices=Status, default=Status.OPEN)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["open", "closed"]), name="room_status_known"),
        ]
        indexes = [models.Index(fields=["host_id"], name="room_by_host")]


class BannedHost(models.Model):
    """One row a banned host, for all rooms of that host."""

    host_id = models.CharField(primary_key=True, max_length=100)
    banned_at = models.DateTimeField(db_default=Now())


class RoomAction(models.Model):
    """The audit trail: which operator changed what, when and why. A repeat that changed nothing leaves no row."""

    id = models.BigAutoField(primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, related_name="actions")
    from_status = models.CharField(max_length=10)
    to_status = models.CharField(max_length=10)
    who = models.CharField(max_length=120)  # a role before the longest name
    why = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(from_status=models.F("to_status")), name="room_action_changed"),
        ]


class FeedHead(models.Model):
    """Gives out a room's event numbers under its lock, so that whoever has read up to one has read all before it."""

    room = models.OneToOneField(Room, on_delete=models.PROTECT, primary_key=True, related_name="feed_head")
    last_seq = models.BigIntegerField(default=0)


class FeedEvent(models.Model):
    """What the viewers of a room see. `seq` is 1, 2, 3, ... in the order of the commits."""

    class Kind(models.TextChoices):
        EFFECT = "effect"
        COMMENT = "comment"
        RETRACTED = "retracted"

    id = models.BigAutoField(primary_key=True)
    room = models.ForeignKey(Room, on_delete=models.PROTECT, db_index=False)
    seq = models.BigIntegerField()
    kind = models.CharField(max_length=9, choices=Kind)
    gift_id = models.CharField(max_length=100)
    data = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "seq"], name="feed_event_seq"),
            models.UniqueConstraint(fields=["gift_id", "kind"], name="feed_event_once_per_gift"),
            models.CheckConstraint(condition=Q(seq__gt=0), name="feed_event_seq_positive"),
            models.CheckConstraint(
                condition=Q(kind__in=["effect", "comment", "retracted"]), name="feed_event_kind_known"
            ),
        ]
