"""What the shop does."""

from django.db import transaction

from flextx.outbox.publish import Publication, publish, publish_all
from tests.flextx.shop.events import ThingMade
from tests.flextx.shop.models import Thing


@transaction.atomic
def make(name: str, *, note: str = "") -> Thing:
    """The next of its name, announced in the same transaction."""
    thing, _ = Thing.objects.select_for_update().get_or_create(name=name)
    thing.version += 1
    thing.save()
    publish(ThingMade(name=name, number=thing.version, note=note), key=name, sequence=thing.version)
    return thing


@transaction.atomic
def make_many(names: list[str]) -> None:
    """The first of each of these names, with one statement for all announcements."""
    Thing.objects.bulk_create([Thing(name=name, version=1) for name in names])
    publish_all([Publication(ThingMade(name=name, number=1), key=name, sequence=1) for name in names])
