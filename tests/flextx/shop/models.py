"""The shop's tables: what it announces, and what its handlers leave behind."""

from django.db import models


class Thing(models.Model):
    """The aggregate: its version is the sequence of its events."""

    name = models.CharField(max_length=100, unique=True)
    version = models.IntegerField(default=0)


class Handled(models.Model):
    """One row each time a handler ran for an event: a second run shows."""

    name = models.CharField(max_length=100)
    number = models.IntegerField()


class Shelved(models.Model):
    """The effect, under its business id: handling it again changes nothing."""

    name = models.CharField(max_length=100)
    number = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "number"], name="shelved_once")]


class Fault(models.Model):
    """What goes wrong, as long as the row is there, when a thing of this name is handled."""

    class Kind(models.TextChoices):
        DEFECT = "defect"
        REFUSAL = "refusal"
        OUTAGE = "outage"
        CONSTRAINT = "constraint"
        FREEZE = "freeze"
        DEATH = "death"
        UNKNOWN = "unknown"

    name = models.CharField(max_length=100, unique=True)
    number = models.IntegerField(null=True)
    kind = models.CharField(max_length=20, choices=Kind)


class Effect(models.Model):
    """One row each time something was done for a run: a second time shows."""

    run_id = models.UUIDField()
    what = models.CharField(max_length=100)


class Call(models.Model):
    """One row each time the outside party was called, with the kind of its answer."""

    run_id = models.UUIDField()
    answer = models.CharField(max_length=20)
