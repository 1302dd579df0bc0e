"""Settings: typed, with defaults, and a mistake stops the process with a message that says what to do."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from flextx import environment
from flextx.conf import flextx_settings

GOOD = {"SOURCE": "shop", "LOG_DATABASE_URL": "postgresql://log@127.0.0.1/log"}


def complaint(settings: Settings, given: Any) -> str:
    settings.FLEXTX = given
    with pytest.raises(ImproperlyConfigured) as refused:
        flextx_settings()
    return str(refused.value)


def test_what_is_not_said_has_a_default_and_changes_are_seen(settings: Settings) -> None:
    """Fault tried: setting_changed not connected."""
    settings.FLEXTX = GOOD
    conf = flextx_settings()
    assert (conf.source, conf.transport, conf.relay_buckets, conf.record_bytes_max) == ("shop", "embedded", 32, 900_000)
    assert (conf.relay_attempts_max, conf.consumer_tries_max, conf.retry_seconds_max) == (8, 8, 60)

    settings.FLEXTX = GOOD | {"SOURCE": "another"}
    assert flextx_settings().source == "another"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "settings.FLEXTX is missing: set it to a dict with at least SOURCE and LOG_DATABASE_URL"),
        ({"LOG_DATABASE_URL": "x"}, "FLEXTX[SOURCE]: Field required"),
        (
            {"SOURCE": "shop"},
            "LOG_DATABASE_URL is needed for TRANSPORT 'embedded': set it to the message log's database",
        ),
        (GOOD | {"SORCE": "shop"}, "FLEXTX[SORCE]: Extra inputs are not permitted"),
        (GOOD | {"TRANSPORT": "pigeon"}, "FLEXTX[TRANSPORT]: Input should be 'embedded'"),
        (GOOD | {"RELAY_BUCKETS": 0}, "FLEXTX[RELAY_BUCKETS]: Input should be greater than or equal to 1"),
        (GOOD | {"RELAY_BUCKETS": "many"}, "FLEXTX[RELAY_BUCKETS]: Input should be a valid integer"),
        (GOOD | {"OUTBOX_RETENTION_SECONDS": 9}, "OUTBOX_RETENTION_SECONDS must be at least LOG_RETENTION_SECONDS"),
        (
            GOOD | {"INBOX_RETENTION_SECONDS": 7 * 24 * 3600 + 479},
            "INBOX_RETENTION_SECONDS must be at least LOG_RETENTION_SECONDS plus the longest retry, 480:",
        ),
        (GOOD | {"DELIVERY_TIMEOUT_SECONDS": 9}, "RELAY_LEASE_SECONDS must be at least 1.5 times DELIVERY_TIMEOUT"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(settings: Settings, given: Any, expected: str) -> None:
    """Fault tried: each validator taken out."""
    assert expected in complaint(settings, given)


def test_all_mistakes_are_told_at_once_and_no_secret_is(settings: Settings) -> None:
    """Fault tried: only the first error in the message; repr=False taken out."""
    wrong = {"LOG_DATABASE_PASSWORD": "very-secret", "RELAY_BUCKETS": 0, "TRANSPORT": "pigeon"}
    said = complaint(settings, wrong)

    assert [name in said for name in ("SOURCE", "RELAY_BUCKETS", "TRANSPORT")] == [True] * 3
    assert "very-secret" not in said
    settings.FLEXTX = GOOD | {"LOG_DATABASE_PASSWORD": "very-secret"}
    assert "very-secret" not in repr(flextx_settings())


def test_a_variable_is_text_a_number_or_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fault tried: secret without strip; number without its check."""
    (tmp_path / "password").write_text("pw\n")
    monkeypatch.setenv("SHOP_TEXT", "cup")
    monkeypatch.setenv("SHOP_NUMBER", "12")
    monkeypatch.setenv("SHOP_FILE", str(tmp_path / "password"))
    assert environment.text("SHOP_TEXT") == "cup" and environment.text("SHOP_NOTHING", "plate") == "plate"
    assert environment.number("SHOP_NUMBER", 3) == 12 and environment.number("SHOP_NOTHING", 3) == 3
    assert environment.secret("SHOP_FILE") == "pw"

    monkeypatch.setenv("SHOP_NUMBER", "-1")
    monkeypatch.setenv("SHOP_FILE", str(tmp_path / "gone"))
    with pytest.raises(ImproperlyConfigured, match="SHOP_NOTHING is not set: start this process with `make up`"):
        environment.text("SHOP_NOTHING")
    with pytest.raises(ImproperlyConfigured, match="SHOP_NUMBER='-1' is not a whole number"):
        environment.number("SHOP_NUMBER", 3)
    with pytest.raises(ImproperlyConfigured, match=r"SHOP_FILE points to .*gone, which cannot be read: No such file"):
        environment.secret("SHOP_FILE")


@pytest.mark.parametrize("url", ["mysql://a@h/d", "postgresql://a@h", "postgresql:///d", "nonsense", ""])
def test_a_database_url_that_is_none_is_refused(url: str) -> None:
    """Fault tried: the check of environment.database taken out."""
    with pytest.raises(ImproperlyConfigured, match="is not postgresql://user@host:port/database"):
        environment.database(url, "pw")


def test_a_services_database_bounds_what_a_frozen_process_can_hold() -> None:
    """Fault tried: either timeout taken out of environment.database; workers with a pool."""
    worker = environment.database("postgresql://some%40one@db:5433/shop", "pw")
    web = environment.database("postgresql://a@db/shop", "pw", pool_size=8)

    assert (worker["HOST"], worker["PORT"], worker["NAME"], worker["USER"]) == ("db", "5433", "shop", "some@one")
    assert web["PORT"] == "5432" and web["PASSWORD"] == "pw"
    for entry in (worker, web):
        assert entry["OPTIONS"]["connect_timeout"] == 3
        assert "idle_in_transaction_session_timeout=5000" in entry["OPTIONS"]["options"]
        assert "lock_timeout=" in entry["OPTIONS"]["options"]
    assert "pool" not in worker["OPTIONS"] and worker["CONN_HEALTH_CHECKS"] is True
    assert (web["OPTIONS"]["pool"]["max_size"], web["OPTIONS"]["pool"]["reconnect_timeout"]) == (8, 3)
