"""The toolkit's settings: typed defaults, `settings.FLEXTX` over them, checked when Django starts.

Each project reads its environment in its own settings file and hands the values over in one dict:
`FLEXTX = {"SOURCE": "order-service", "TRANSPORT": "embedded", ...}`; keys are the field names in upper case.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal, Self

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from flextx.policy import Policy

DAY = 24 * 3600


class FlextxSettings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=str.upper)

    source: str = Field(min_length=1, max_length=100)
    """This service's name: `ce_source` of what it publishes and the name of its consumer group."""
    transport: Literal["embedded", "kafka"] = "embedded"
    kafka_bootstrap_servers: str = ""
    """host:port, separated by commas."""
    kafka_options: dict[str, Any] = Field(default={}, repr=False)
    """Handed to every Kafka client as it is: SASL, TLS, whatever kafka-python takes."""
    kafka_replication: int = Field(default=-1, ge=-1)
    """Replicas of a new topic; -1: the broker's default."""
    topic_prefix: str = Field(default="", pattern=r"^[A-Za-z0-9._-]{0,50}$")
    """In front of topics and groups, so that two systems can share a broker."""
    log_database_url: str = ""
    """Where the embedded log lives, libpq URI; a database of its own, never the service's."""
    log_database_password: str = Field(default="", repr=False)
    topics: tuple[str, ...] = ()
    """Topics that `create_topics` makes, so that whichever service starts first finds them."""
    topic_partitions: int = Field(default=6, ge=1, le=1000)
    record_bytes_max: int = Field(default=900_000, ge=1_000)
    """Largest body that publish() takes; Kafka's broker default is 1,048,588 bytes with headers."""

    relay_buckets: int = Field(default=32, ge=1, le=1024)
    relay_wave_max: int = Field(default=500, ge=1, le=10_000)
    relay_lease_seconds: float = Field(default=12, gt=0)
    relay_attempts_max: int = Field(default=8, ge=1, le=1000)
    delivery_timeout_seconds: float = Field(default=6, gt=0)
    consumer_batch_max: int = Field(default=200, ge=1, le=10_000)
    consumer_lease_seconds: float = Field(default=10, gt=0)
    consumer_tries_max: int = Field(default=8, ge=1, le=1000)
    consumer_deaths_max: int = Field(default=3, ge=1)
    """Deaths over one batch before its records run one by one, and over one of those before it is parked."""
    retry_first_seconds: float = Field(default=0.5, gt=0)
    retry_seconds_max: float = Field(default=60, gt=0)
    outage_backoff_seconds_max: float = Field(default=2, gt=0)
    idle_poll_seconds: float = Field(default=1.5, gt=0)
    """How long an idle relay or consumer sleeps at most when no wake-up reaches it."""

    outbox_backlog_max: int = Field(default=20_000, ge=1)
    """Unsent messages at which new business is refused: see flextx.outbox.backlog."""
    idempotency_answer_seconds: int = Field(default=24 * 3600, ge=60)
    """How long a first answer is kept for whoever repeats the request."""

    log_retention_seconds: int = Field(default=7 * DAY, ge=1)
    """How long the message log keeps a record: new Kafka topics are made so, the embedded log is pruned so."""
    outbox_retention_seconds: int = Field(default=7 * DAY, ge=1)
    inbox_retention_seconds: int = Field(default=15 * DAY, ge=1)

    hang_seconds_max: float = Field(default=120, gt=0)
    """A worker whose loop stands still for longer ends itself; longer than any batch may take."""

    auth_jwks_file: str = ""
    auth_issuer: str = "live-coins"
    auth_audience: str = ""

    @model_validator(mode="after")
    def _lease_outlives_a_send(self) -> Self:
        if self.delivery_timeout_seconds * 1.5 > self.relay_lease_seconds:
            raise ValueError(
                "RELAY_LEASE_SECONDS must be at least 1.5 times DELIVERY_TIMEOUT_SECONDS: "
                "a record still under way when its bucket is handed over would be overtaken"
            )
        return self

    @model_validator(mode="after")
    def _what_can_come_again_is_remembered(self) -> Self:
        if self.outbox_retention_seconds < self.log_retention_seconds:
            raise ValueError(
                "OUTBOX_RETENTION_SECONDS must be at least LOG_RETENTION_SECONDS: "
                "what the log still holds could not be shown or sent again"
            )
        longest_retry = self.consumer_tries_max * self.retry_seconds_max
        if self.inbox_retention_seconds < self.log_retention_seconds + longest_retry:
            raise ValueError(
                f"INBOX_RETENTION_SECONDS must be at least LOG_RETENTION_SECONDS plus the longest retry,"
                f" {longest_retry:.0f}: a record could come again after it was forgotten"
            )
        return self

    @model_validator(mode="after")
    def _the_log_has_an_address(self) -> Self:
        if self.transport == "embedded" and not self.log_database_url:
            raise ValueError(
                "LOG_DATABASE_URL is needed for TRANSPORT 'embedded': set it to the message log's database"
            )
        if self.transport == "kafka" and not self.kafka_bootstrap_servers:
            raise ValueError("KAFKA_BOOTSTRAP_SERVERS is needed for TRANSPORT 'kafka': set it to host:port,host:port")
        return self

    @property
    def relay_policy(self) -> Policy:
        """How a message is tried again that the log refuses."""
        return self._policy(self.relay_attempts_max)

    @property
    def consumer_policy(self) -> Policy:
        """How a record is tried again that its handler fails on."""
        return self._policy(self.consumer_tries_max)

    def _policy(self, tries_max: int) -> Policy:
        return Policy(
            tries_max=tries_max,
            retry_first_seconds=self.retry_first_seconds,
            retry_seconds_max=self.retry_seconds_max,
        )

    @property
    def physical_topics(self) -> tuple[str, ...]:
        """The topics as the log knows them."""
        return tuple(self.topic_prefix + topic for topic in self.topics)


@lru_cache(maxsize=1)
def flextx_settings() -> FlextxSettings:
    """The settings in force. Raises ImproperlyConfigured, one line per mistake."""
    given = getattr(settings, "FLEXTX", None)
    if not isinstance(given, dict):
        raise ImproperlyConfigured(
            "settings.FLEXTX is missing: set it to a dict with at least SOURCE and LOG_DATABASE_URL"
        )
    try:
        return FlextxSettings.model_validate(given)
    except ValidationError as invalid:
        lines = [f"FLEXTX[{'.'.join(map(str, e['loc'])) or '*'}]: {e['msg']}" for e in invalid.errors()]
        raise ImproperlyConfigured("settings.FLEXTX is wrong.\n" + "\n".join(lines)) from None


def _forget(*, setting: str, **_: object) -> None:
    if setting == "FLEXTX":
        flextx_settings.cache_clear()


setting_changed.connect(_forget)  # override_settings in tests
