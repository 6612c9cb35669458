"""The database server: the one of PGHOST, else a private cluster in the cache.

The private cluster listens on a Unix socket only. The last run of the script that uses it stops
it; a lock held by each user says whether there is another one.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from .console import say
from .errors import DevError
from .files import locked, made_whole
from .layout import Layout
from .process import output_of
from .python_env import postgres_environment

ROLE = "odoo"
# A socket address holds 104 bytes on macOS, 108 on Linux, with the name of the socket in it.
SOCKET_PATH_LIMIT = 85
# Stopping waits for the clients to be thrown out and a checkpoint to be written.
STOP_SECONDS = 60
# Tests lose their database anyway, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "256MB",
    "max_connections": "100",
}


@dataclass(frozen=True)
class Cluster:
    """A private cluster: its programs, its directory, and the user that runs it."""

    programs: Path
    home: Path
    user: str | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def sockets(self) -> Path:
        near = self.home / "socket"
        if len(os.fsencode(near)) <= SOCKET_PATH_LIMIT:
            return near
        short = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:10]
        return Path("/tmp") / f"ec-postgres-{short}"

    @property
    def environment(self) -> dict[str, str]:
        """What libpq and Odoo need to reach this cluster."""
        return {"PGHOST": str(self.sockets), "PGPORT": "5432", "PGUSER": ROLE}

    def run(self, program: str, *arguments: str | Path) -> None:
        """Runs one of the server's programs as the cluster's user."""
        environ = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.home)}
        identity = _identity(self.user) if self.user else {}
        output_of(
            [self.programs / program, *arguments],
            env=environ,
            cwd=self.home,
            stderr=subprocess.STDOUT,
            **identity,
        )


def _identity(user: str) -> dict[str, object]:
    """Popen's options to become another user with no other rights."""
    entry = pwd.getpwnam(user)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def serving(layout: Layout, environ: Mapping[str, str], oldest: int) -> Iterator[dict[str, str]]:
    """Gives the environment variables of a running server, `oldest` its least major version."""
    if environ.get("PGHOST"):
        yield _given(environ)
        return
    cluster = _cluster(layout, oldest)
    lock = _lock_of(layout, cluster)
    with _user_lock(cluster, lock):
        yield cluster.environment


def _given(environ: Mapping[str, str]) -> dict[str, str]:
    if environ.get("PGUSER", environ.get("USER")) == "postgres":
        raise DevError(
            "Odoo refuses to work as the database user postgres. Create a user that may create "
            "databases and name it in PGUSER, or unset PGHOST to use a private server."
        )
    return {name: value for name, value in environ.items() if name.startswith("PG")}


@contextlib.contextmanager
def _user_lock(cluster: Cluster, lock: Path) -> Iterator[None]:
    with lock.with_suffix(".users").open("a") as users:
        with locked(lock):
            fcntl.flock(users, fcntl.LOCK_SH)
            _create(cluster)
            _start(cluster)
        try:
            yield
        finally:
            with locked(lock):
                _stop_unless_used(cluster, users)


def _stop_unless_used(cluster: Cluster, users: TextIO) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    stop(cluster)
    return True


def _cluster(layout: Layout, oldest: int) -> Cluster:
    programs = _installed_programs(oldest) or _wheel_programs(layout)
    major = _major(programs)
    if major < oldest:
        raise DevError(
            f"PostgreSQL {major} is too old: Odoo 19.0 needs {oldest} or newer. "
            "Install a newer one, or set PGHOST to a server that has it."
        )
    user = unprivileged_user() if os.geteuid() == 0 else None
    cluster = Cluster(programs, layout.cache / f"postgres-{major}", user)
    if user:
        _require_open_path(layout.cache)
    return cluster


def unprivileged_user() -> str:
    """PostgreSQL refuses to run as root; another user of the system runs it."""
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise DevError(
        "PostgreSQL cannot run as root and this system has neither a user postgres nor nobody. "
        "Run the script as a plain user, or set PGHOST to a server."
    )


def _require_open_path(cache: Path) -> None:
    for directory in (cache, *cache.parents):
        if not directory.stat().st_mode & 0o001:
            raise DevError(
                f"PostgreSQL cannot run as root, and another user cannot enter {directory}. "
                "Set DEV_CACHE to a directory everybody may enter, for example under /var/tmp."
            )


def _installed_programs(oldest: int) -> Path | None:
    """The newest installed server that is new enough; an older one is better than none."""
    found = [path for path in _program_places() if (path / "initdb").exists()]
    return max(found, key=_major, default=None)


def _program_places() -> list[Path]:
    places = [Path(which).resolve().parent] if (which := shutil.which("postgres")) else []
    places += Path("/usr/lib/postgresql").glob("*/bin")
    places += Path("/opt/homebrew/opt").glob("postgresql*/bin")
    places += Path("/usr/local/opt").glob("postgresql*/bin")
    return places


def _wheel_programs(layout: Layout) -> Path:
    environment = postgres_environment(layout)
    found = list(environment.path.glob("lib/python*/site-packages/*/pginstall*/bin"))
    return max(found, key=_major)


def _major(programs: Path) -> int:
    return int(re.search(r"\d+", output_of([programs / "postgres", "--version"]))[0])


def _create(cluster: Cluster) -> None:
    cluster.home.mkdir(exist_ok=True)
    if cluster.user:
        shutil.chown(cluster.home, cluster.user)
    if cluster.data.exists():
        return
    say("Making a private database cluster.")
    with made_whole(cluster.data) as fresh:
        try:
            cluster.run(
                "initdb",
                "-D",
                fresh,
                "-U",
                ROLE,
                "-E",
                "UTF8",
                "-A",
                "trust",
                "--no-sync",
                *_locale(),
            )
        except subprocess.CalledProcessError as error:
            raise DevError(
                f"{error.stdout}\nThe private database cluster could not be made in "
                f"{cluster.home}. Check the disk, or set PGHOST to a server of yours."
            ) from error


def _locale() -> list[str]:
    """Upper and lower case beyond ASCII, where the system has a locale for it."""
    return ["--locale=C.UTF-8"] if sys.platform == "linux" else ["--locale=en_US.UTF-8"]


def is_running(cluster: Cluster) -> bool:
    try:
        cluster.run("pg_ctl", "status", "-D", cluster.data)
    except subprocess.CalledProcessError:
        return False
    return True


def _start(cluster: Cluster) -> None:
    if is_running(cluster):
        return
    cluster.sockets.mkdir(mode=0o700, exist_ok=True)
    if cluster.user:
        shutil.chown(cluster.sockets, cluster.user)
    settings = SETTINGS | {"unix_socket_directories": str(cluster.sockets)}
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    log = cluster.home / "server.log"
    try:
        cluster.run("pg_ctl", "start", "-w", "-D", cluster.data, "-l", log, "-o", options)
    except subprocess.CalledProcessError as error:
        raise DevError(
            f"The private database server did not start; its log is {log}. "
            f"Should its files be damaged, remove {cluster.home} and try again."
        ) from error


def stop(cluster: Cluster) -> None:
    """Stops a cluster that runs, throwing its clients out."""
    if is_running(cluster):
        cluster.run("pg_ctl", "stop", "-m", "fast", "-t", str(STOP_SECONDS), "-D", cluster.data)


def stop_all(layout: Layout) -> int:
    """Stops the private clusters that no run of the script uses; how many were stopped."""
    user = unprivileged_user() if os.geteuid() == 0 else None
    return sum(
        _stop_left_over(layout, Cluster(programs, home, user))
        for home in layout.cache.glob("postgres-*")
        if (programs := _programs_of(layout, home))
    )


def _stop_left_over(layout: Layout, cluster: Cluster) -> bool:
    lock = _lock_of(layout, cluster)
    with lock.with_suffix(".users").open("a") as users, locked(lock):
        if not is_running(cluster):
            return False
        if not _stop_unless_used(cluster, users):
            say("The database server is used by another run and stops when that one ends.")
            return False
        return True


def _lock_of(layout: Layout, cluster: Cluster) -> Path:
    return layout.locks / f"{cluster.home.name}.lock"


def _programs_of(layout: Layout, home: Path) -> Path | None:
    """The programs of the version that a cluster's directory is named after."""
    wheels = layout.cache.glob("venvs/postgres-*/lib/python*/site-packages/*/pginstall*/bin")
    for programs in (*_program_places(), *wheels):
        if home.name == f"postgres-{_major(programs)}":
            return programs
    return None
