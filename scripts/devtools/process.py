"""Child processes that never outlive the script, and free ports on loopback."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

# Odoo ends its threads and the browser its helpers well within this; then they are killed.
STOP_SECONDS = 15


@contextlib.contextmanager
def running(command: Sequence[str | Path], **options) -> Iterator[subprocess.Popen]:
    """Runs a command in its own process group and ends the whole group afterwards."""
    options.setdefault("stdin", subprocess.DEVNULL)
    child = subprocess.Popen([str(part) for part in command], start_new_session=True, **options)
    try:
        yield child
    finally:
        stop_group(child)


def stop_group(child: subprocess.Popen) -> None:
    """Asks the group to end, then makes it."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)


def run_logged(
    command: Sequence[str | Path],
    log: Path,
    *,
    timeout: float,
    env: Mapping[str, str],
    cwd: Path,
    **options,
) -> int | None:
    """Runs a command with all its output in `log`; the exit status, or None after `timeout`."""
    with (
        log.open("wb") as out,
        running(command, stdout=out, stderr=out, env=env, cwd=cwd, **options) as child,
    ):
        try:
            return child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None


def output_of(command: Sequence[str | Path], **options) -> str:
    """The standard output of a short command, stripped; an error raises CalledProcessError."""
    options.setdefault("stderr", subprocess.PIPE)
    return subprocess.run(
        [str(part) for part in command],
        check=True,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        **options,
    ).stdout.strip()


def free_port() -> int:
    """A TCP port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def exit_on_signals() -> None:
    """Lets SIGTERM and SIGHUP unwind the script as Ctrl-C does, so that it cleans up."""
    for sign in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda number, frame: sys.exit(128 + number))
