"""Apache Kafka's programs: fetched once, by Maven, into `.cache`."""

import re
import shutil
import subprocess
from pathlib import Path

from stack.errors import Failure
from stack.locking import held
from stack.options import PROJECT
from stack.progress import phase

POM = Path(__file__).with_name("kafka-pom.xml")
CACHE = PROJECT / ".cache"
FETCH_SECONDS_MAX = 900
INSTALL = "apt-get install -y openjdk-17-jre-headless maven   (with sudo, if you are not root)"


def jars() -> Path:
    """The folder with Kafka and all that it needs. Raises Failure naming the command that helps."""
    if shutil.which("java") is None:
        raise Failure(f"Apache Kafka needs Java, and there is no `java` here. Run: {INSTALL}")
    folder = CACHE / f"kafka-{version()}"
    if not folder.exists():
        if shutil.which("mvn") is None:
            raise Failure(f"Apache Kafka is fetched with Maven, and there is no `mvn` here. Run: {INSTALL}")
        with held(CACHE / "kafka.lock", purpose="fetching Apache Kafka", wait_seconds_max=FETCH_SECONDS_MAX):
            if not folder.exists():  # else the one that was waited for has done it
                _fetch(folder)
    return folder


def unavailable() -> str | None:
    """Why no broker can be started here; None: one can."""
    missing = [name for name in ("java", "mvn") if shutil.which(name) is None]
    if "java" in missing or (missing and not (CACHE / f"kafka-{version()}").exists()):
        return f"no {' and no '.join(missing)} here; run: {INSTALL}"
    return None


def version() -> str:
    """The pom is the one place that names it."""
    found = re.search(r"<kafka\.version>([\d.]+)<", POM.read_text())
    if found is None:
        raise Failure(f"{POM} names no kafka.version")
    return found[1]


def _fetch(folder: Path) -> None:
    """Beside first, renamed when complete: an interrupted download leaves no half Kafka."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    log = CACHE / "kafka-fetch.log"
    shutil.rmtree(unfinished, ignore_errors=True)
    # Strict: a file whose checksum is wrong is not taken.
    options = ("--quiet", "--batch-mode", "--strict-checksums", "--file", str(POM))
    command = ("mvn", *options, "dependency:copy-dependencies", f"-DoutputDirectory={unfinished}")
    with phase(f"fetching Apache Kafka {version()}"), log.open("wb") as output:
        try:
            done = subprocess.run(
                command, cwd=CACHE, stdin=subprocess.DEVNULL, stdout=output, stderr=output, timeout=FETCH_SECONDS_MAX
            )
        except subprocess.TimeoutExpired:
            raise Failure(f"Apache Kafka was not fetched within {FETCH_SECONDS_MAX} s", log=log) from None
    if done.returncode != 0:
        raise Failure(f"Apache Kafka could not be fetched: {_last_words(log)}", log=log)
    unfinished.rename(folder)


def _last_words(log: Path) -> str:
    errors = [line for line in log.read_text(errors="replace").splitlines() if "ERROR" in line]
    return (errors or ["see the log"])[0][:500] + f"   ({log})"
