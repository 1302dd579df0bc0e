"""How long and how often something is tried, in one typed place for everything that is tried again."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from flextx.backoff import backoff_seconds


class Policy(BaseModel):
    """The execution policy of one step or job.

    `tries_max`: definite failures before a person is asked. `retry_first_seconds`, `retry_seconds_max`: the wait after
    a failure, doubled each time up to the cap. `delays_seconds`: the waits one by one instead, each from the failure
    before it; the last one is repeated until `tries_max` ends it. `timeout_seconds`: how long an answer may take before
    it is asked for again; silence uses up the deadline, never the tries. `deadline_seconds`: from the first try on;
    when it has passed a step that can be undone is undone, anything else waits for a person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tries_max: int = Field(default=8, ge=1, le=1000)
    retry_first_seconds: float = Field(default=1, gt=0)
    retry_seconds_max: float = Field(default=300, gt=0)
    delays_seconds: tuple[Annotated[float, Field(gt=0)], ...] = ()
    timeout_seconds: float = Field(default=30, gt=0)
    deadline_seconds: float = Field(default=24 * 3600, gt=0)

    def wait_seconds(self, tries: int) -> float:
        """How long to wait after failure number `tries`."""
        if self.delays_seconds:
            return self.delays_seconds[min(tries, len(self.delays_seconds)) - 1]
        return backoff_seconds(tries, first_seconds=self.retry_first_seconds, seconds_max=self.retry_seconds_max)

    def silence_seconds(self, asked: int) -> float:
        """How long to wait for an answer that was asked for so often; never shorter than the first time."""
        seconds_max = max(self.timeout_seconds, self.retry_seconds_max)
        return backoff_seconds(asked, first_seconds=self.timeout_seconds, seconds_max=seconds_max)

    @model_validator(mode="after")
    def _every_delay_is_reached(self) -> Policy:
        if len(self.delays_seconds) >= self.tries_max:
            raise ValueError(f"tries_max={self.tries_max} never reaches delay number {len(self.delays_seconds)}")
        return self
