"""The order service's settings, with the feed's own addresses."""

from order_service.config.settings import *  # noqa: F403

ROOT_URLCONF = "order_service.feed.urls"
