"""`make status`: what runs, since when; and what is left over when the supervisor is dead."""

from stack import supervisor
from stack.layout import Layout
from stack.options import Options
from stack.reaping import survivors
from stack.tables import table

NOT_UP = 3


def status(options: Options) -> int:
    layout = Layout(options.run_dir)
    if supervisor.is_running(layout):
        return print_status(layout)
    left = survivors(layout) if layout.mark.exists() else []
    if not left:
        print(f"nothing is running in {layout.run_dir}")
        return NOT_UP
    print("the supervisor is gone; `make up` or `make down` ends what it left behind:")
    rows = [[process.name(), str(process.pid), "ORPHANED", ""] for process in left]
    print(table(["name", "pid", "state", "uptime"], rows))
    return NOT_UP


def print_status(layout: Layout) -> int:
    states = supervisor.process_states(layout)
    rows = [[one.name, str(one.pid or "-"), one.state, _uptime(one.uptime_seconds)] for one in states]
    print(table(["name", "pid", "state", "uptime"], rows))
    return 0 if all(one.state == "RUNNING" for one in states) else NOT_UP


def _uptime(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"
