"""The table at the end of `make demo-crash`, and whether all is well."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from stack.demo_crash_audit import Audit
from stack.killing import Kill
from stack.reconcile import differences_of, print_reports
from stack.tables import table

FINDINGS_SHOWN = 20


@dataclass(frozen=True)
class Outcome:
    """`asked`, `repeated`, `failures`: what the people met. Everything else was read from the databases afterwards."""

    asked: dict[str, int]
    repeated: int
    failures: list[str]
    counts: dict[str, int]
    duplicates: dict[str, int]
    kills: list[Kill]
    unfinished: dict[str, int]
    parked: list[str]
    audit: Audit
    reports: list[Any]

    @property
    def problems(self) -> list[str]:
        """Why this is a failure; what is parked is none, because a person is told of it."""
        found = [f"not finished: {count} {name}" for name, count in self.unfinished.items()]
        found += [*self.failures, *self.audit.findings]
        found += [f"reconcile: {one['class']} {one['id']}" for one in differences_of(self.reports)]
        for name in ("orders", "gifts"):
            if self.counts[name] != self.asked.get(name, 0):
                found.append(f"{self.asked.get(name, 0)} {name} were accepted, {self.counts[name]} are stored")
        if self.counts["completed"] != self.audit.paid_orders:
            found.append(f"{self.audit.paid_orders} orders were paid, {self.counts['completed']} were completed")
        if not any(kill.rows_in_flight for kill in self.kills):
            found.append("nobody was killed while anything was under way: nothing was shown")
        return found


def print_outcome(outcome: Outcome) -> None:
    rows = [[what, str(count), remark] for what, count, remark in _lines(outcome)]
    print(f"\n{table(['what', 'count', ''], rows)}\n")
    print_reports(outcome.reports)
    for text in [*outcome.parked[:FINDINGS_SHOWN], *outcome.problems[:FINDINGS_SHOWN]]:
        print(f"  {text}")
    print("all is well" if not outcome.problems else f"NOT WELL: {len(outcome.problems)} problems")


def _lines(outcome: Outcome) -> list[tuple[str, int, str]]:
    counts, kills = outcome.counts, outcome.kills
    rows_in_flight = [kill.rows_in_flight for kill in kills]
    busy = sum(1 for rows in rows_in_flight if rows)
    return [
        ("orders sent", counts["orders"], f"{outcome.repeated} requests were repeated for want of an answer"),
        (
            "people gave up",
            outcome.asked.get("impatient", 0),
            "coins or gift took too long: no refund or undo was asked",
        ),
        ("paid at the channel", outcome.audit.paid_orders, ""),
        ("completed", counts["completed"], ""),
        ("credited", counts["credited"], ""),
        ("gifts asked for", counts["gifts"], ""),
        ("gifts sent", counts["gifts_sent"], ""),
        ("gifts refused", counts["gifts_refused"], "nothing was taken"),
        ("gifts given back", counts["gifts_given_back"], "charged, then refused by the room"),
        ("gifts undone", counts["gifts_undone"], "sent, then undone by an operator"),
        ("effects shown", counts["effects"], f"{counts['retracted']} of them retracted"),
        ("refunds done", counts["refunds_done"], f"and {counts['surplus_refunded']} second payments given back"),
        ("refunds refused", counts["refunds_refused"], "the coins were spent, or the channel said no"),
        ("duplicates absorbed", sum(outcome.duplicates.values()), _listed(outcome.duplicates)),
        ("kills -9", len(kills), _listed(Counter(kill.name.split("-")[1] for kill in kills))),
        ("with rows in flight", busy, f"up to {max(rows_in_flight, default=0)} rows"),
        ("parked", len(outcome.parked), ""),
        ("unfinished", sum(outcome.unfinished.values()), ""),
        ("coins lost", outcome.audit.lost, ""),
        ("coins doubled", outcome.audit.doubled, ""),
    ]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
