"""Packages of the operating system: installed for root on Debian or Ubuntu, else named.

Nothing that is installed here starts a service: the mail peers run their own Dovecot.
"""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .console import say
from .files import locked
from .layout import Layout
from .process import run_logged
from .python_env import system_path

# Debian's way to say which services may start while packages are installed (Debian Policy 9.3.3).
POLICY = Path("/usr/sbin/policy-rc.d")
POLICY_TEXT = "#!/bin/sh\n# Written by scripts/dev while it installs packages.\nexit 101\n"
INSTALL_SECONDS = 900
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
DOVECOT_UNITS = ("dovecot.service", "dovecot.socket")


def missing_packages(with_browser: bool) -> list[str]:
    """Debian's names of what is not installed yet."""
    missing = []
    if with_browser and not chromium():
        missing.append("chromium")
    if not dovecot_installed():
        missing += ["dovecot-imapd", "dovecot-pop3d"]
    return missing


def chromium() -> str | None:
    """The browser Odoo's HttpCase would start."""
    if chosen := os.environ.get("ODOO_BROWSER_BIN"):
        return chosen if Path(chosen).exists() else None
    if sys.platform == "darwin":
        application = "/Applications/{0}.app/Contents/MacOS/{0}"
        places = [application.format(name) for name in ("Google Chrome", "Chromium")]
        return next((place for place in places if Path(place).exists()), None)
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def dovecot_installed() -> bool:
    return shutil.which("dovecot", path=system_path()) is not None


def install_missing(layout: Layout, with_browser: bool) -> None:
    """Installs what is missing where it may; what needs it looks for itself afterwards."""
    missing = missing_packages(with_browser)
    if not missing or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    with locked(layout.locks / "packages"):
        missing = missing_packages(with_browser)
        if missing:
            say(f"Installing {', '.join(missing)}; only the first time.")
            _install(layout, missing)


def how_to_get(packages: list[str]) -> str:
    """One line to copy."""
    if sys.platform == "darwin":
        names = {"chromium": "--cask chromium", "dovecot-imapd": "dovecot", "dovecot-pop3d": ""}
        return " && ".join(f"brew install {names[name]}" for name in packages if names[name])
    return f"sudo apt-get install -y {' '.join(packages)}"


def _install(layout: Layout, packages: list[str]) -> None:
    """Tries with the package lists there are, then with fresh ones."""
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "PATH": system_path()}
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    dovecot_was_there = dovecot_installed()
    with no_service_starts():
        for number, command in enumerate((install, [*apt, "update"], install)):
            log = layout.log(f"packages-{number}")
            status = run_logged(
                command, log, timeout=INSTALL_SECONDS, env=environ, cwd=layout.cache
            )
            if status == 0 and command is install:
                break
        else:
            say(f"They could not be installed; the log is {log}")
    if not dovecot_was_there:
        _disable_dovecot()


@contextlib.contextmanager
def no_service_starts() -> Iterator[None]:
    """Keeps package scripts from starting services, and leaves an earlier policy as it was."""
    kept = POLICY.with_name(f"{POLICY.name}.before-dev")
    if POLICY.exists() and not kept.exists():
        POLICY.replace(kept)
    POLICY.write_text(POLICY_TEXT, encoding="utf-8")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
        if kept.exists():
            kept.replace(POLICY)


def _disable_dovecot() -> None:
    """A mail server on the public ports must not start at the next boot either."""
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", *DOVECOT_UNITS], check=False, capture_output=True)
