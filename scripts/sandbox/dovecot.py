"""Dovecot as a private instance: own configuration, own folder, ports above 1024."""

from __future__ import annotations

import contextlib
import grp
import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from .certificate import Certificate
from .dovecot_conf import DovecotSetup, Identity, render

LOOPBACK = "127.0.0.1"
PLACES = (os.defpath, "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin", "/opt/local/sbin")
"""Folders of system daemons, which the PATH of a normal user often leaves out."""
START_TIMEOUT = 10.0
"""Seconds until the ports must answer; it usually takes a tenth of one."""
GREETING_TIMEOUT = 0.5
"""Seconds for one try to be greeted; the port may belong to another program, which is silent."""
STOP_TIMEOUT = 5.0
"""Seconds until processes that were killed are gone; it usually takes a hundredth of one."""
POLL_INTERVAL = 0.01
START_ATTEMPTS = 3
"""Another program can take a free port before Dovecot does; then other ports are tried."""
SHARED_FOLDER = "/tmp"
"""Not $TMPDIR: paths of sockets are limited to about 100 characters, and processes that run as
another user than this one must be able to get there."""
FOLDER_PREFIX = "ec-dovecot-"
PORT_NAMES = ("imap", "imaps", "pop3", "pop3s")
PORT_TAKEN = "Address already in use"

# Dovecot must not outlive this process however that ends. The shell's standard input is a pipe
# that only this process holds, so `read` returns when it is closed, by a kill -9 as well. Then
# the whole process group is killed: told to end politely, Dovecot takes between one and six
# seconds, and there is nothing to save.
GUARD = """
exec 3<&0
"$1" -F -c "$2" 3<&- &
dovecot=$!
{ read -r _ <&3; rm -rf -- "$3"; kill -9 0; } 2>/dev/null &
guard=$!
exec 3<&-
wait "$dovecot"
status=$?
kill "$guard"
rm -rf -- "$3"
exit "$status"
"""


class DovecotServer:
    """IMAP, IMAPS, POP3 and POP3S by Dovecot.

    Sockets and mail are in a folder of their own that ``stop`` removes. ``state_dir`` keeps the
    log, and the note that finds an instance which a killed sandbox left.
    """

    def __init__(self, users: Mapping[str, str], certificate: Certificate, state_dir: Path):
        self._users = users
        self._certificate = certificate
        self._log = state_dir / "dovecot.log"
        self._note = state_dir / "dovecot.json"
        self._process: subprocess.Popen | None = None
        self._ports: list[int] = []
        self.port = self.ssl_port = self.pop3_port = self.pop3s_port = None

    @staticmethod
    def is_available() -> bool:
        return find_program() is not None

    def start(self) -> None:
        end_stale_instance(self._note)
        for attempt in range(1, START_ATTEMPTS + 1):
            self._log.write_text("")
            try:
                self._launch()
                return
            except RuntimeError:
                self.stop()
                if attempt == START_ATTEMPTS or PORT_TAKEN not in self._log.read_text():
                    raise

    def stop(self) -> None:
        """End Dovecot and all its processes, and remove its folder."""
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait(STOP_TIMEOUT)
            self._process = None
        end_stale_instance(self._note)
        if self.port is not None:
            _wait(STOP_TIMEOUT, lambda: not any(_is_open(port) for port in self._ports))
        self.port = self.ssl_port = self.pop3_port = self.pop3s_port = None

    def _launch(self) -> None:
        self._ports = _free_ports(len(PORT_NAMES))
        folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir=SHARED_FOLDER))
        self._note.write_text(json.dumps({"folder": str(folder)}))
        conf = self._write_files(folder)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, "sh", find_program(), str(conf), str(folder)],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._await_ports()
        self.port, self.ssl_port, self.pop3_port, self.pop3s_port = self._ports

    def _write_files(self, folder: Path) -> Path:
        identity = find_identity()
        mail, passwords, conf = (folder / name for name in ("mail", "passwd", "dovecot.conf"))
        mail.mkdir()
        if identity.is_root:
            folder.chmod(0o755)
            os.chown(mail, identity.mail_uid, identity.mail_gid)
        passwords.write_text("".join(f"{u}:{{PLAIN}}{word}\n" for u, word in self._users.items()))
        ports = dict(zip(PORT_NAMES, self._ports, strict=True))
        files = self._certificate.cert_file, self._certificate.key_file
        setup = DovecotSetup(folder, mail, passwords, self._log, *files, ports, identity)
        conf.write_text(render(setup, find_version(find_program())))
        return conf

    def _await_ports(self) -> None:
        def is_ready():
            if self._process.poll() is not None:
                raise RuntimeError(self._failure())
            return _greets(self._ports[0]) and _greets(self._ports[2])

        if not _wait(START_TIMEOUT, is_ready):
            raise RuntimeError(self._failure())

    def _failure(self) -> str:
        return f"Dovecot does not start: {self._log.read_text().strip()}"


def find_program() -> str | None:
    return shutil.which("dovecot", path=os.pathsep.join((os.environ.get("PATH", ""), *PLACES)))


def find_version(program: str) -> tuple[int, int]:
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    major, minor = re.match(r"(\d+)\.(\d+)", text).groups()
    return int(major), int(minor)


def find_identity() -> Identity:
    """Return the accounts to run as: root gives up its rights, others stay who they are."""
    if os.geteuid():
        return _own_identity()
    nobody = pwd.getpwnam("nobody")
    internal = _first_user("dovecot", "_dovecot", "nobody")
    login = _first_user("dovenull", "_dovenull", "nobody")
    group = grp.getgrgid(pwd.getpwnam(internal).pw_gid).gr_name
    return Identity(internal, login, group, nobody.pw_uid, nobody.pw_gid, is_root=True)


def _own_identity() -> Identity:
    try:
        me, group = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    except KeyError as error:
        raise RuntimeError(
            "Dovecot needs accounts with names, and yours has a number only. Run the sandbox as "
            "a user and a group that the system knows."
        ) from error
    return Identity(me, me, group, os.geteuid(), os.getegid(), is_root=False)


def end_stale_instance(note: Path) -> None:
    """End the Dovecot that ``note`` tells of, if one still runs, and remove its folder."""
    folder = _read_note(note)
    if folder is None:
        return
    if master := _master(folder):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(os.getpgid(master.pid), signal.SIGKILL)
        _wait(STOP_TIMEOUT, lambda: _master(folder) is None)
    shutil.rmtree(folder, ignore_errors=True)
    note.unlink(missing_ok=True)


def _read_note(note: Path) -> Path | None:
    try:
        folder = Path(json.loads(note.read_text())["folder"])
    except (FileNotFoundError, ValueError, KeyError):
        return None
    return folder if folder.name.startswith(FOLDER_PREFIX) else None


def _master(folder: Path) -> psutil.Process | None:
    """Return the running Dovecot that uses ``folder``."""
    try:
        master = psutil.Process(int((folder / "run" / "master.pid").read_text()))
        # Numbers are used again: the process has to be ours by what it was started with.
        return master if str(folder) in " ".join(master.cmdline()) else None
    except (FileNotFoundError, ValueError, psutil.Error):
        return None


def _wait(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_INTERVAL)
    return True


def _first_user(*names: str) -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in names if name in known)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _number in range(count)]
        for sock in sockets:
            sock.bind((LOOPBACK, 0))
        return [sock.getsockname()[1] for sock in sockets]


def _greets(port: int) -> bool:
    """Ports are open before Dovecot runs; its greeting comes when it does."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=GREETING_TIMEOUT) as sock:
            return bool(sock.recv(1))
    except OSError:
        return False


def _is_open(port: int) -> bool:
    try:
        with socket.create_connection((LOOPBACK, port), timeout=GREETING_TIMEOUT):
            return True
    except OSError:
        return False
