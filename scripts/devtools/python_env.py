"""Virtual environments in the cache, one for each set of requirements.

`tools` has no Odoo: linters, and the current releases of what `core/` imports. `odoo` has the
versions Odoo pins, so both ends of what `core/` must run on are tested.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .console import say
from .errors import DevError
from .files import is_complete, locked, made_in_place
from .layout import Layout
from .odoo_source import Odoo
from .process import output_of, run_logged

REQUIREMENTS = Path(__file__).with_name("requirements")
# python-ldap and psycopg2 are compiled from source, which needs a compiler and headers.
REPLACED = {"psycopg2": "psycopg2-binary", "python-ldap": None}
# A slow link downloads Odoo's 60 packages well within this.
INSTALL_SECONDS = 1800


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is complete."""

    path: Path

    @property
    def python(self) -> Path:
        return self.program("python")

    def program(self, name: str) -> Path:
        return self.path / "bin" / name


def our_requirements(name: str) -> list[str]:
    lines = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def odoo_requirements(lines: list[str]) -> list[str]:
    """Odoo's own pins without what needs a compiler."""
    kept = []
    for line in lines:
        requirement = line.split(" #")[0].strip()
        if not requirement or requirement.startswith("#") or "extra ==" in requirement:
            continue
        name = re.match(r"[\w.-]+", requirement)[0].lower()
        if name not in REPLACED:
            kept.append(requirement)
        elif REPLACED[name] and REPLACED[name] not in kept:
            kept.append(REPLACED[name])
    return kept


def tools_environment(layout: Layout) -> Environment:
    wanted = our_requirements("tools") + _both_environments()
    return _environment(layout, "tools", Path(sys.executable), wanted)


def odoo_environment(layout: Layout, odoo: Odoo) -> Environment:
    wanted = odoo_requirements(odoo.requirement_lines())
    wanted += our_requirements("odoo") + _both_environments()
    return _environment(layout, "odoo", _python_for(odoo), wanted)


def postgres_environment(layout: Layout) -> Environment:
    """The wheel that carries a PostgreSQL server, for a machine that has none."""
    return _environment(layout, "postgres", Path(sys.executable), our_requirements("postgres"))


def _both_environments() -> list[str]:
    return our_requirements("core-tests") + our_requirements("peers")


def system_path() -> str:
    """PATH with the directories of system services, which plain users often lack."""
    services = ("/usr/local/sbin", "/usr/sbin", "/sbin", "/opt/homebrew/sbin")
    return os.pathsep.join([os.environ.get("PATH", os.defpath), *services])


def _python_for(odoo: Odoo) -> Path:
    """This Python where Odoo supports it, else the newest supported one on PATH."""
    low, high = odoo.release.min_python, odoo.release.max_python
    if low <= sys.version_info[:2] <= high:
        return Path(sys.executable)
    for minor in range(high[1], low[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            return Path(found)
    raise DevError(
        f"Odoo 19.0 needs Python {low[0]}.{low[1]} to {high[0]}.{high[1]} and this is "
        f"{sys.version.split()[0]}. Install one of them and try again."
    )


def _environment(layout: Layout, name: str, python: Path, wanted: list[str]) -> Environment:
    version = output_of([python, "-c", "import sys; print(sys.version, sys.prefix)"])
    key = hashlib.sha256("\n".join([version, *wanted]).encode()).hexdigest()[:12]
    target = layout.cache / "venvs" / f"{name}-{key}"
    with locked(layout.locks / f"venv-{name}"):
        if not is_complete(target):
            layout.require_disk()
            say(f"Setting up Python packages ({name}); only the first time.")
            target.parent.mkdir(exist_ok=True)
            with made_in_place(target):
                _build(target, python, wanted, layout.log(f"setup-{name}"))
    return Environment(target)


def _build(target: Path, python: Path, wanted: list[str], log: Path) -> None:
    try:
        output_of([python, "-m", "venv", target])
    except subprocess.CalledProcessError as error:
        raise DevError(
            f"Python could not make a virtual environment ({_last_line(error.stdout)}). "
            "On Debian or Ubuntu: sudo apt-get install -y python3-venv"
        ) from error
    listed = target / "requirements.txt"
    listed.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    install = [target / "bin/python", "-m", "pip", "install", "--prefer-binary", "-r", listed]
    if run_logged(install, log, timeout=INSTALL_SECONDS, env=dict(os.environ), cwd=target) != 0:
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("ERROR"):
                say(line)
        raise DevError(
            f"The Python packages could not be installed; the log is {log}. Check that the "
            "package index can be reached and that the disk has room, then try again; nothing "
            "half-made was kept."
        )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it gave no reason"
