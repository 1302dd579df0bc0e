"""Stories begin at their times, many at once, while an operator opens and closes a room."""

import itertools
import time
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

from stack.demo_crash_people import People
from stack.demo_crash_stories import ROOMS, Story

AT_ONCE_MAX = 96
DOOR_SECONDS = 3


def run_stories(people: People, stories: list[Story]) -> list[str]:
    """Each at its time, or as soon as somebody is free. The answer, when all have ended: what should not have been."""
    started, ended = time.monotonic(), Event()
    with ThreadPoolExecutor(AT_ONCE_MAX) as pool:
        door = pool.submit(_open_and_close, people, ended)
        try:
            lives = []
            for story in stories:
                time.sleep(max(0.0, started + story.at_seconds - time.monotonic()))
                lives.append(pool.submit(people.live, story))
            wait(lives)
        except BaseException:  # somebody pressed Ctrl-C: nobody insists any more
            people.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        finally:
            ended.set()
    errors = [act.exception() for act in (*lives, door)]
    return [f"{type(error).__name__}: {error}" for error in errors if error is not None]


def _open_and_close(people: People, ended: Event) -> None:
    """So that some gifts come too late; the room is open at the end."""
    actions = itertools.cycle(("close", "open"))
    while not ended.wait(DOOR_SECONDS):
        people.operate(ROOMS[-1], next(actions))
    people.operate(ROOMS[-1], "open")
