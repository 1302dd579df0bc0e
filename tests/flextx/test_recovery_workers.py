"""Recovery workers as processes: they share what is due, and neither a death nor a standstill does harm."""

from collections import Counter

import pytest

from flextx.operate.actions import act
from flextx.recovery.models import Job
from flextx.saga.models import Run
from flextx.testing import wait_until
from tests.flextx.job_rows import make_jobs_due, sweep, swept, the_job
from tests.flextx.operators import OPERATOR, SECOND
from tests.flextx.processes import DIED, Staff
from tests.flextx.run_rows import answer, make_due, recover, run_of, side, state
from tests.flextx.shop.models import Call, Effect, Fault
from tests.flextx.shop.saga import BUY, start


def test_two_workers_share_what_is_due_and_do_each_thing_once(staff: Staff) -> None:
    """Fault tried: _CLAIM_DUE does not move the due time."""
    workers = [staff.recovery(f"recovery-{number}") for number in (1, 2)]
    wait_until(lambda: all(worker.said() == "" and worker.process.poll() is None for worker in workers))
    for _ in range(60):
        sweep()
    bought = [start(BUY, f"cup-{number}") for number in range(30)]
    for run_id in bought:
        answer(run_id, "do reserve", "applied")

    wait_until(lambda: not Job.objects.exclude(state="done").exists(), seconds=60)
    wait_until(lambda: Effect.objects.count() == 60 and Call.objects.count() == 30, seconds=60)

    assert swept() == 60 and set(Job.objects.values_list("tries", flat=True)) == {1}
    assert Counter(Call.objects.values_list("run_id", flat=True)) == Counter(bought)
    assert [worker.terminate() for worker in workers] == [0, 0]


def test_a_job_that_kills_its_worker_is_parked_after_its_tries(staff: Staff) -> None:
    """Fault tried: tries are counted when a job fails, not when it is taken up."""
    Fault.objects.create(name="floor: sweep", kind="death")
    sweep()
    for _ in range(3):
        make_jobs_due()
        assert staff.recovery("recovery-1", "--once").wait() == DIED
    make_jobs_due()

    assert staff.recovery("recovery-1", "--once").wait() == 0

    assert (the_job().state, the_job().last_error) == ("parked", "every worker that took it up died")
    assert swept() == 0


def test_a_frozen_worker_cannot_finish_what_its_successor_took(staff: Staff) -> None:
    """Fault tried: idle sessions are not ended: the successor waits for the row in vain."""
    fault = Fault.objects.create(name="floor: sweep", kind="freeze")
    sweep()
    frozen = staff.recovery("recovery-1", "--once")
    frozen.wait_until_frozen()
    fault.delete()
    make_jobs_due()  # waits for the row's lock, until the database has ended the session that stands still
    recover()
    assert (swept(), the_job().state, the_job().tries) == (1, "done", 2)

    frozen.wake()
    assert frozen.wait() == 0

    assert (swept(), the_job().state, the_job().tries) == (1, "done", 2)


def test_a_worker_that_stood_still_before_it_began_has_lost_its_turn(staff: Staff) -> None:
    """Fault tried: _do without its look at the epoch: done in a turn that is another's."""
    fault = Fault.objects.create(name="floor: sweep", kind="defect")
    sweep()
    frozen = staff.recovery("recovery-1", "--once", crash="recovery.claim.commit.after:delay:1")
    wait_until(lambda: the_job().tries == 1, seconds=60)
    frozen.freeze()
    make_jobs_due()
    recover()
    assert (the_job().tries, the_job().epoch) == (2, 2)  # it failed, and waits for its next try
    fault.delete()

    frozen.wake()
    assert frozen.wait() == 0

    assert (swept(), the_job().state, the_job().tries) == (0, "waiting", 2)
    assert "somebody else has it now" in frozen.said()


def test_a_run_whose_step_kills_every_worker_is_parked_and_goes_on_after_retry(staff: Staff) -> None:
    """Fault tried: claims are not counted: it kills workers for ever."""
    run_id = start(BUY, "cup")
    answer(run_id, "do reserve", "applied")
    fault = Fault.objects.create(name="cup: call", kind="death")
    Run.objects.update(claims=6)  # as if six had died already
    for _ in range(2):
        make_due(run_id)
        assert staff.recovery("recovery-1", "--once").wait() == DIED
    make_due(run_id)
    assert staff.recovery("recovery-1", "--once").wait() == 0
    assert (state(run_id), run_of(run_id).parked_reason) == ("parked", "stuck")
    assert run_of(run_id).last_error == "9 workers took it up and died" and Call.objects.count() == 2

    fault.delete()
    act(action="retry", parked_id=f"run-{run_id}", who="op-1", why="the card reader was repaired")
    assert staff.recovery("recovery-1", "--once").wait() == 0
    assert side(run_id, "do pay").state == "applied" and Call.objects.count() == 3


@pytest.mark.usefixtures("shop", "doors_open")
def test_parked_jobs_are_in_the_operators_list() -> None:
    """Faults tried: ParkedJobs is not registered; complete takes one person."""
    fault = Fault.objects.create(name="floor: sweep", kind="defect")
    sweep(once_key="floor today")
    for _ in range(3):
        make_jobs_due()
        recover()
    (item,) = OPERATOR.get("parked").says(200)["results"]
    assert (item["id"], item["name"], item["about"]) == (f"job-{the_job().pk}", "shop.sweep", "floor today")
    assert (item["reason"], item["tries"], item["actions"]) == ("tries_exhausted", 3, ["retry", "skip", "complete"])

    OPERATOR.post(f"parked/{item['id']}/complete", reason="swept by hand").says(202)
    OPERATOR.post(f"parked/{item['id']}/complete", reason="swept by hand").says(409, "second_person_needed")
    assert the_job().state == "parked"
    fault.delete()
    SECOND.post(f"parked/{item['id']}/retry", reason="or let it try").says(200)
    recover()
    assert (swept(), the_job().state) == (1, "done")
