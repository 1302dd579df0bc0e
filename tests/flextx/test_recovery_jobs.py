"""Durable jobs: stored with what makes them necessary, tried again, parked, never lost and never done twice."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from flextx.clock import database_now
from flextx.errors import OutsideTransaction
from flextx.recovery.due import DueJobs
from flextx.recovery.jobs import job, schedule
from flextx.recovery.models import Job
from tests.flextx.job_rows import make_jobs_due, sweep, swept, the_job
from tests.flextx.run_rows import recover
from tests.flextx.shop.models import Fault, Thing

pytestmark = pytest.mark.usefixtures("shop")


def test_a_job_commits_with_what_makes_it_necessary_or_not_at_all() -> None:
    """Fault tried: schedule without its look for a transaction."""
    with pytest.raises(OutsideTransaction, match="call it inside transaction"):
        schedule("shop.sweep", {"thing": "floor"})
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Thing.objects.create(name="cup")
        schedule("shop.sweep", {"thing": "floor"})
        raise ZeroDivisionError
    assert not Job.objects.exists() and not Thing.objects.exists()

    sweep()
    recover()

    assert (swept(), the_job().state, the_job().tries) == (1, "done", 1)
    recover()
    assert swept() == 1


def test_a_job_waits_for_its_time() -> None:
    """Fault tried: _CLAIM_DUE without its due time."""
    sweep(run_at=database_now() + timedelta(hours=1))
    recover()
    assert (swept(), the_job().tries) == (0, 0)
    seconds = DueJobs().next_due_seconds()
    assert seconds is not None and 3590 < seconds <= 3600

    make_jobs_due()
    recover()
    assert (swept(), the_job().state) == (1, "done")


def test_a_job_that_fails_is_tried_again_and_then_parked() -> None:
    """Fault tried: _fail never parks."""
    Fault.objects.create(name="floor: sweep", kind="defect")
    sweep()
    for tries in (1, 2, 3):
        make_jobs_due()
        DueJobs().work_one()
        assert the_job().tries == tries and swept() == 0

    assert the_job().state == "parked" and "RuntimeError: a defect in the shop" in the_job().last_error
    assert not DueJobs().work_one() and DueJobs().next_due_seconds() is None


def test_an_outage_burns_no_try() -> None:
    """Fault tried: _work without _give_back: parked after three outages, for deaths that were none."""
    fault = Fault.objects.create(name="floor: sweep", kind="outage")
    sweep()
    for _ in range(5):
        make_jobs_due()
        with pytest.raises(Exception, match="an outage"):
            DueJobs().work_one()
    assert (the_job().state, the_job().tries, swept()) == ("waiting", 0, 0)

    fault.delete()
    make_jobs_due()
    recover()
    assert (swept(), the_job().state) == (1, "done")


def test_a_job_that_wants_to_go_on_is_called_again_and_its_tries_begin_anew() -> None:
    """Fault tried: Again counts as done."""
    sweep(times=5)  # more often than its policy has tries
    for _ in range(5):
        assert the_job().state == "waiting"
        make_jobs_due()
        DueJobs().work_one()

    assert (swept(), the_job().state, the_job().tries) == (5, "done", 1)


def test_a_job_with_a_key_is_stored_once_ever() -> None:
    """Fault tried: schedule looks only for jobs that wait."""
    sweep(once_key="floor today")
    sweep(once_key="floor today")
    recover()
    sweep(once_key="floor today")
    sweep()
    recover()

    assert swept() == 2 and Job.objects.count() == 2


def test_a_job_that_nobody_here_knows_is_parked_with_its_name() -> None:
    """Fault tried: a job without a handler is done."""
    with transaction.atomic():
        schedule("shop.unheard_of", {})
    for _ in range(8):
        make_jobs_due()
        DueJobs().work_one()

    assert the_job().state == "parked"
    assert "LookupError: no handler for the job 'shop.unheard_of' is registered here" in the_job().last_error


def test_a_name_has_one_handler() -> None:
    """Fault tried: the later one wins."""
    with pytest.raises(ValueError, match=r"the job 'shop\.sweep' has a handler already"):
        job("shop.sweep")(lambda payload: None)


def test_a_waiting_job_has_a_time() -> None:
    """Fault tried: the constraint always true."""
    sweep()
    with pytest.raises(IntegrityError, match="job_waits_for_a_time"):
        Job.objects.update(due_at=None)
