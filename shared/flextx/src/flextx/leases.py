"""Shares of work held for a time: which relay sends which buckets, which consumer reads which partitions.

A resource has one owner until `lease_until`, and an epoch that grows whenever it changes hands, so that whatever an
earlier owner still does can be told apart and refused. Members divide the resources evenly among those seen lately.
Plain SQL over any DB-API cursor, because the outbox lives in the service's database and the embedded log in its own;
both hold the tables `<prefix>_lease` and `<prefix>_member`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Cursor(Protocol):
    """What Django's and psycopg's cursors have in common."""

    def execute(self, query: Any, params: Any = None, /) -> Any: ...
    def executemany(self, query: Any, params: Sequence[Sequence[Any]], /) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def fetchone(self) -> Any: ...


Epochs = dict[str, int]
"""Resource -> the epoch under which it is held."""


@dataclass(frozen=True, slots=True)
class _Lease:
    resource: str
    owner: str | None
    epoch: int
    live: bool


@dataclass(frozen=True, slots=True)
class LeaseBook:
    """One member's view of one scope's leases. Every method runs inside the caller's transaction."""

    prefix: str
    scope: str
    member: str
    lease_seconds: float

    def add_resources(self, cursor: Cursor, resources: Iterable[str]) -> None:
        """Make the resources known; those known already stay as they are."""
        cursor.executemany(
            f"INSERT INTO {self.prefix}_lease (scope, resource, epoch) VALUES (%s, %s, 0) ON CONFLICT DO NOTHING",  # nosec B608
            [(self.scope, resource) for resource in sorted(resources)],
        )

    def hold_share(self, cursor: Cursor, resources: Sequence[str], *, just_started: bool) -> Epochs:
        """Renew what is held, give back what is too much, take what is free; the answer is what is held now.

        A process that `just_started` takes back at once what its predecessor of the same name held, under a new
        epoch: names are unique among living processes, so the predecessor is dead or about to be refused.
        """
        leases = self._lock(cursor, resources)
        members = self._report_presence(cursor)
        share = -(-len(leases) // members)
        mine = [lease for lease in leases if lease.owner == self.member]
        free = [lease for lease in leases if lease.owner != self.member and not lease.live]
        kept, surplus, taken = mine[:share], mine[share:], free[: max(0, share - len(mine))]
        self._give_back(cursor, surplus)
        new_epoch = {lease.resource for lease in (kept + taken if just_started else taken)}
        return self._extend(cursor, kept + taken, new_epoch)

    def still_held(self, cursor: Cursor, epochs: Epochs) -> list[str]:
        """Of these, the resources nobody took over since; they cannot change hands before the transaction ends."""
        cursor.execute(
            f"SELECT resource, epoch FROM {self.prefix}_lease WHERE scope = %s AND owner = %s"  # nosec B608
            " AND lease_until > clock_timestamp() AND resource = ANY(%s) FOR SHARE",
            [self.scope, self.member, list(epochs)],
        )
        return [resource for resource, epoch in cursor.fetchall() if epochs[resource] == epoch]

    def leave(self, cursor: Cursor) -> None:
        """Give everything back at once, for a graceful stop."""
        cursor.execute(
            f"UPDATE {self.prefix}_lease SET owner = NULL, lease_until = NULL WHERE scope = %s AND owner = %s",  # nosec B608
            [self.scope, self.member],
        )
        cursor.execute(
            f"DELETE FROM {self.prefix}_member WHERE scope = %s AND member = %s",  # nosec B608
            [self.scope, self.member],
        )

    def _lock(self, cursor: Cursor, resources: Sequence[str]) -> list[_Lease]:
        """Lock in one order; whoever divides the scope next waits here, so members never count each other wrongly."""
        cursor.execute(
            "SELECT resource, owner, epoch, coalesce(lease_until > clock_timestamp(), false)"  # nosec B608
            f" FROM {self.prefix}_lease WHERE scope = %s AND resource = ANY(%s) ORDER BY resource FOR UPDATE",
            [self.scope, list(resources)],
        )
        return [_Lease(*row) for row in cursor.fetchall()]

    def _report_presence(self, cursor: Cursor) -> int:
        """Say "I am here" and answer how many are, dropping those not seen for a lease."""
        cursor.execute(
            f"WITH gone AS (DELETE FROM {self.prefix}_member"  # nosec B608
            " WHERE scope = %(scope)s AND seen_until < clock_timestamp()),"
            f" me AS (INSERT INTO {self.prefix}_member (scope, member, seen_until, sleeping)"
            " VALUES (%(scope)s, %(member)s, clock_timestamp() + make_interval(secs => %(seconds)s), false)"
            " ON CONFLICT (scope, member) DO UPDATE SET seen_until = EXCLUDED.seen_until)"
            f" SELECT 1 + count(*) FROM {self.prefix}_member"
            " WHERE scope = %(scope)s AND member <> %(member)s AND seen_until >= clock_timestamp()",
            {"scope": self.scope, "member": self.member, "seconds": self.lease_seconds},
        )
        return int(cursor.fetchone()[0])

    def _give_back(self, cursor: Cursor, surplus: list[_Lease]) -> None:
        if surplus:
            cursor.execute(
                f"UPDATE {self.prefix}_lease SET owner = NULL, lease_until = NULL"  # nosec B608
                " WHERE scope = %s AND resource = ANY(%s)",
                [self.scope, [lease.resource for lease in surplus]],
            )

    def _extend(self, cursor: Cursor, leases: list[_Lease], new_epoch: set[str]) -> Epochs:
        if not leases:
            return {}
        cursor.execute(
            f"UPDATE {self.prefix}_lease SET owner = %s, lease_until = clock_timestamp() + make_interval(secs => %s),"  # nosec B608
            " epoch = epoch + CASE WHEN resource = ANY(%s) THEN 1 ELSE 0 END"
            " WHERE scope = %s AND resource = ANY(%s) RETURNING resource, epoch",
            [
                self.member,
                self.lease_seconds,
                list(new_epoch),
                self.scope,
                [lease.resource for lease in leases],
            ],
        )
        return dict(cursor.fetchall())
