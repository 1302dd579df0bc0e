"""The system that `docker compose up` started, asked through `docker compose`: no port or secret is known here."""

import os
import shutil
import subprocess

from stack.errors import Failure, Refusal
from stack.options import PROJECT

CALL_SECONDS_MAX = 120
WEB_PORT_INSIDE = "8000"
KAFKA_TOOLS = "/opt/kafka/bin"


class Containers:
    """Which ones: `docker compose` finds that out itself, from its own file and environment."""

    def __init__(self) -> None:
        docker = shutil.which("docker")
        if docker is None:
            raise Refusal("docker is not on the path; without containers there is: make demo TRANSPORT=kafka")
        self._docker = docker

    def url(self, part: str) -> str:
        return f"http://{self.call('port', f'{part}-web', WEB_PORT_INSIDE).strip()}"

    def token(self, subject: str, scope: str) -> str:
        """Made in a container of its own: the key that signs is in a volume that no service mounts."""
        command = ("python", "-m", "stack.tokens", "/secrets/all", "--subject", subject, "--scope", scope)
        return self.call("run", "--rm", "--no-deps", "-T", "keys", *command).strip()

    def query(self, database: str, statement: str, **params: object) -> list[list[str]]:
        """Rows of words; asked inside PostgreSQL's own container. `:'name'` in the statement stands for a parameter."""
        psql = ("psql", "--no-psqlrc", "--quiet", "--username=postgres", f"--dbname={database}")
        shown = ("--tuples-only", "--no-align", "--field-separator=\t", "--set=ON_ERROR_STOP=1")
        told = [f"--set={name}={value}" for name, value in params.items()]
        answer = self.inside("postgres", *psql, *shown, *told, given=statement)
        return [line.split("\t") for line in answer.splitlines()]

    def kafka(self, tool: str, *arguments: str) -> str:
        return self.inside("kafka", f"{KAFKA_TOOLS}/{tool}", "--bootstrap-server", "kafka:9092", *arguments)

    def inside(self, service: str, *command: str, given: str = "", **environment: str) -> str:
        """Run in a container that is up; `given` is its standard input."""
        told = [word for name, value in environment.items() for word in ("--env", f"{name}={value}")]
        return self.call("exec", "-T", *told, service, *command, given=given)

    def call(self, *words: str, given: str = "") -> str:
        """`docker compose ...`: what it printed. Raises Failure with its own words."""
        return self.docker("compose", "--project-directory", str(PROJECT), *words, given=given)

    def docker(self, *words: str, given: str = "") -> str:
        command = [self._docker, *words]
        try:
            done = subprocess.run(
                command,
                cwd=PROJECT,
                env=os.environ,
                input=given,
                capture_output=True,
                text=True,
                timeout=CALL_SECONDS_MAX,
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"no end within {CALL_SECONDS_MAX} s: {' '.join(command)}") from None
        if done.returncode != 0:
            said = f"{done.stdout[-2000:]}{done.stderr[-2000:]}".strip()
            raise Failure(
                f"{' '.join(command)} ended with {done.returncode}:\n{said}\nIs it up? docker compose up --wait"
            )
        return done.stdout
