"""What the processes said last: the first thing to read when something did not happen."""

from stack.layout import Layout
from stack.progress import say

LINES_EACH = 3
LINE_CHARACTERS_MAX = 300
BYTES_READ_MAX = 8_000


def say_last_words(layout: Layout) -> None:
    """To stderr: the last lines of every process's log."""
    for log in sorted((layout.run_dir / "logs").glob("*.log")):
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - BYTES_READ_MAX))
            lines = file.read().decode(errors="replace").splitlines()[-LINES_EACH:]
        for line in lines:
            say(f"{log.stem}: {line[:LINE_CHARACTERS_MAX]}")
