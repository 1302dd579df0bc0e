"""The channel's own settings, typed. They are filled in `config/settings.py` and read where used."""

from dataclasses import dataclass, field
from typing import cast

from django.conf import settings

from .staircase import Staircase

SETTING = "SANDBOX_CHANNEL"


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    merchant_id: str
    key_id: str
    secret: str = field(repr=False)  # a settings dump or traceback must not carry it
    staircase: Staircase
    public_url: str = ""
    """Where payers reach this channel, when that is not where the merchant does; empty: as the merchant asked."""
    silence_seconds: float = 4.0
    """How long an answer that was asked to stay away does; longer than a merchant waits."""


def channel_settings() -> ChannelSettings:
    return cast(ChannelSettings, getattr(settings, SETTING))
