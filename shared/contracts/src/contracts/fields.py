"""The kinds of value that contracts are made of, with the limits every reader may count on."""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]+$")]
Asset = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3,16}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[int, Field(ge=1, le=10**15)]
"""Whole units of the asset, or minor units of a currency; 10^15 leaves room in 64 bits for the sum of thousands."""
Partition = Annotated[int, Field(ge=0)]
Offset = Annotated[int, Field(ge=0)]
Moment = AwareDatetime
