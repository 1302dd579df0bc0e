"""Where one system keeps its things, and which ports it has."""

import hashlib
import json
import tempfile
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from stack.errors import Refusal

HOST = "127.0.0.1"
PORT_OFFSETS = {"order": 0, "account": 1, "feed": 2, "channel": 3, "postgres": 4, "kafka": 5, "kafka-controller": 6}
SERVED = ("order", "account", "feed", "channel", "postgres")
OF_OWN_BROKER = ("kafka", "kafka-controller")
# The system's limit is 104 bytes on some systems, and the supervisor binds to the name plus its pid first.
SOCKET_PATH_BYTES_MAX = 90


@dataclass(frozen=True)
class Layout:
    """The files below RUN_DIR."""

    run_dir: Path

    @property
    def mark(self) -> Path:
        """Made with the folder: `destroy` deletes nothing that lacks it."""
        return self.run_dir / ".live-coins"

    @property
    def lock(self) -> Path:
        return self.run_dir / "lock"

    @property
    def system_file(self) -> Path:
        return self.run_dir / "system.json"

    @property
    def env_file(self) -> Path:
        return self.run_dir / "env"

    @property
    def secrets(self) -> Path:
        return self.run_dir / "secrets"

    @property
    def broker_alone(self) -> "Layout":
        """What `make kafka` starts, whether or not there is a system beside it. The broker's data is the same."""
        return Layout(self.run_dir / "broker")

    @property
    def log_in_use(self) -> Path:
        """Which message log the services have adopted."""
        return self.run_dir / "log-in-use.json"

    @property
    def supervisor_conf(self) -> Path:
        return self.run_dir / "supervisord.conf"

    def log(self, name: str) -> Path:
        return self.run_dir / "logs" / f"{name}.log"

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text().strip()

    @cached_property
    def digest(self) -> str:
        """A short name for this RUN_DIR, for what cannot lie inside it."""
        return hashlib.sha256(str(self.run_dir).encode()).hexdigest()[:16]

    @property
    def supervisor_socket(self) -> Path:
        inside = self.run_dir / "supervisor.sock"
        if len(str(inside).encode()) <= SOCKET_PATH_BYTES_MAX:
            return inside
        return Path(tempfile.gettempdir()) / f"live-coins-{self.digest}" / "supervisor.sock"

    def create(self) -> None:
        """Make RUN_DIR ours, or refuse a folder that holds other things."""
        if self.mark.exists():
            return
        if self.run_dir.exists() and any(self.run_dir.iterdir()):
            raise Refusal(f"RUN_DIR={self.run_dir} holds other things already; name an empty or new folder")
        if not self.run_dir.exists():
            self.run_dir.mkdir(parents=True)
            # Others may pass through, to data that root gives to PostgreSQL's user, but not look around.
            self.run_dir.chmod(0o711)
        (self.run_dir / "logs").mkdir(mode=0o700, exist_ok=True)
        self.mark.touch()


@dataclass(frozen=True)
class System:
    """What was started: written beside the data, so that later commands need not be told again."""

    run_dir: str
    port_base: int
    transport: str
    relays: int
    consumers: int
    kafka_servers: str = ""
    """host:port,... of the brokers; also while changing over from Kafka to another log."""
    own_broker: bool = False
    """Whether it is started and stopped with the rest."""
    recoveries: int = 1

    @classmethod
    def started(cls, layout: Layout) -> "System":
        return cls(**json.loads(layout.system_file.read_text()))

    def save(self) -> None:
        self.layout.system_file.write_text(json.dumps(asdict(self), indent=2) + "\n")

    @property
    def layout(self) -> Layout:
        return Layout(Path(self.run_dir))

    @property
    def served(self) -> tuple[str, ...]:
        """The parts that listen."""
        return (*SERVED, *(OF_OWN_BROKER if self.own_broker else ()))

    def port(self, part: str) -> int:
        return self.port_base + PORT_OFFSETS[part]

    def url(self, part: str) -> str:
        return f"http://{HOST}:{self.port(part)}"

    def database_url(self, database: str, *, password: str | None = None) -> str:
        """Role and database have one name. Processes get the password in a file, never in the URL."""
        login = f"{database}:{password}" if password else database
        return f"postgresql://{login}@{HOST}:{self.port('postgres')}/{database}"
