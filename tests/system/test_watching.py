"""What is said about watching a system is true of this one: every figure that a rule or a page names is there."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from tests.system.killing import log_standing_still
from tests.system.world import World, project_root, wait_for

RULES = project_root() / "deploy" / "prometheus"
OURS = re.compile(r"\b(?:flextx|orders|incidents)_[a-z_]+\b")


def figures(world: World) -> set[str]:
    """Their names, of both services together."""
    names: set[str] = set()
    for service in ("ORDER_URL", "ACCOUNT_URL"):
        answer = world.http.request("GET", f"{world.env[service]}/metrics", timeout=30)
        assert answer.status == 200, answer.data
        names |= set(re.findall(r"^# HELP (\S+) \S", answer.data.decode(), re.MULTILINE))
    return names


def rules() -> list[dict[str, Any]]:
    (group,) = yaml.safe_load((RULES / "alerts.yml").read_text())["groups"]
    return list(group["rules"])


def test_every_figure_that_a_rule_or_a_page_names_is_there_and_none_is_forgotten(world: World) -> None:
    """Fault tried: a figure renamed; a figure that no rule looks at."""
    there = figures(world)
    in_rules = set(OURS.findall(" ".join(rule["expr"] for rule in rules())))
    page = set(OURS.findall((project_root() / "docs" / "how-to" / "watching.md").read_text()))
    assert in_rules == there
    assert page == there
    assert set(OURS.findall((project_root() / "docs" / "runbook.md").read_text())) <= there


def test_every_rule_says_how_urgent_it_is_and_what_it_means() -> None:
    assert len({rule["alert"] for rule in rules()}) == len(rules()) > 15
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule
        assert rule["annotations"]["summary"].endswith(".")


def test_the_example_scrapes_what_is_there() -> None:
    example = yaml.safe_load((RULES / "prometheus.yml").read_text())
    (job,) = example["scrape_configs"]
    assert job["metrics_path"] == "/metrics" and example["rule_files"] == ["alerts.yml"]
    assert [target["labels"]["service"] for target in job["static_configs"]] == ["order", "account"]


@pytest.mark.parametrize("service", ["ORDER_URL", "ACCOUNT_URL"])
def test_only_who_may_reads_them_through_a_proxy(world: World, service: str, person: str) -> None:
    """Fault tried: forwarding headers not looked at."""

    def status(**headers: str) -> int:
        url = f"{world.env[service]}/metrics"
        return int(world.http.request("GET", url, headers={"X-Forwarded-For": "203.0.113.7"} | headers).status)

    assert status() == 401
    assert status(Authorization=f"Bearer {world.token(person)}") == 403
    assert status(Authorization=f"Bearer {world.token('op-1', 'operator')}") == 200
    assert status(Authorization=f"Bearer {world.token('monitor', 'service')}") == 200


def lags(world: World) -> list[str]:
    return re.findall(r"^flextx_consumer_lag_records\{.*\} ([0-9.]+)$", account_figures(world), re.MULTILINE)


def account_figures(world: World) -> str:
    answer = world.http.request("GET", f"{world.env['ACCOUNT_URL']}/metrics", timeout=30)
    assert answer.status == 200, answer.data
    return answer.data.decode()


def test_the_relays_say_where_the_log_ends_until_it_stands_still_and_then_again(world: World) -> None:
    """Fault tried: relay_outbox without watch_log; lags without their age."""
    every_partition = 12  # six of each of the two topics that the account service reads
    wait_for(lambda: lags(world), lambda found: len(found) == every_partition, seconds=60, what="the lags")
    with log_standing_still(world):
        wait_for(
            lambda: account_figures(world), lambda text: "\nflextx_log_up 0.0\n" in text, seconds=60, what="log down"
        )
        assert lags(world) == []
    wait_for(lambda: lags(world), lambda found: len(found) == every_partition, seconds=60, what="the lags again")
