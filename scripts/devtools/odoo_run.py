"""Runs Odoo on a private database and nothing else of the machine."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from .console import say
from .database import Databases
from .errors import DevError
from .files import locked
from .layout import ADDON, Layout
from .odoo_source import Odoo
from .process import free_port, output_of, run_logged
from .python_env import system_path

# What a database of the outside world that gets this addon has installed already.
TEMPLATE_MODULES = ("mail", "crm", "mass_mailing")
# Installing them takes 2 minutes on 2 cores; a slower machine gets ten times that.
TEMPLATE_SECONDS = 1200
INSTALLED = "installed"


@dataclass(frozen=True)
class Runner:
    """Odoo, the Python that runs it, the database server, and where it finds this addon."""

    layout: Layout
    odoo: Odoo
    databases: Databases
    addons: Path

    def with_addons(self, addons: Path) -> "Runner":
        """The same with this addon from another place than the checkout."""
        return replace(self, addons=addons)

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A folder that is gone afterwards."""
        with tempfile.TemporaryDirectory(dir=self.layout.own) as folder:
            yield Path(folder)

    def command(self, database: str, *arguments: str, program: str = "server") -> list[str]:
        """The command line; never without a database, which would run crons of every one."""
        paths = [*self.odoo.addons_paths, self.addons]
        launcher = self.odoo.home / "odoo-bin"
        return [
            str(self.databases.python),
            *([str(launcher)] if launcher.exists() else ["-m", "odoo"]),
            program,
            f"--config={self.configuration()}",
            f"--database={database}",
            f"--addons-path={','.join(map(str, paths))}",
            f"--data-dir={self.databases.data}",
            *arguments,
        ]

    def configuration(self) -> Path:
        """An empty configuration file, so that nobody's own ~/.odoorc takes part."""
        path = self.layout.own / "odoo.conf"
        path.write_text("[options]\n", encoding="utf-8")
        return path

    @property
    def environment(self) -> dict[str, str]:
        environ = {name: value for name, value in os.environ.items() if not _disturbs(name)}
        environ["PATH"] = system_path()
        environ["PYTHONPATH"] = str(self.odoo.home)
        # Neither the checkout nor somebody's Odoo source gets compiled files.
        environ["PYTHONPYCACHEPREFIX"] = str(self.layout.cache / "pycache")
        # Chromium keeps its own things there.
        environ["XDG_CONFIG_HOME"] = environ["XDG_CACHE_HOME"] = str(self.layout.own / "browser")
        return environ | self.databases.environment

    def once(self, database: str, log: Path, timeout: float, *arguments: str) -> int | None:
        """Runs Odoo until it is done, with no cron; its exit status, None after `timeout`."""
        command = self.command(
            database,
            "--stop-after-init",
            "--max-cron-threads=0",
            "--workers=0",
            f"--http-port={free_port()}",
            "--http-interface=127.0.0.1",
            f"--screenshots={self.layout.screenshots}",
            *arguments,
        )
        return run_logged(command, log, timeout=timeout, env=self.environment, cwd=self.layout.own)

    def shell(
        self, database: str, script: Path, log: Path, timeout: float, variables: Mapping[str, str]
    ) -> int | None:
        """Runs a script inside Odoo; its exit status, None after `timeout` seconds."""
        command = self.command(database, "--no-http", "--max-cron-threads=0", program="shell")
        environ = {**self.environment, **variables}
        with script.open("rb") as source:
            return run_logged(
                command, log, timeout=timeout, env=environ, cwd=self.layout.own, stdin=source
            )

    def template(self, modules: Sequence[str] = TEMPLATE_MODULES) -> str:
        """The name of a database with the modules the addon meets in the outside world."""
        family = f"ec_template_{digest(self.odoo.home, modules)[:6]}"
        return self.kept(family, self._fingerprint(), partial(self._make_template, modules))

    def kept(self, family: str, fingerprint: str, make: Callable[[str], None]) -> str:
        """The name of a database kept for later runs, by `make(name)` where there is none yet.

        Those of the same family with another fingerprint are outdated and go.
        """
        name = f"{family}_{fingerprint}"
        with locked(self.layout.locks / "template"):
            if not self.databases.exists(name):
                for outdated in self.databases.names(f"{family}_"):
                    self.databases.drop(outdated)
                building = f"{name}_building"
                try:
                    make(building)
                    self.databases.rename(building, name)
                finally:
                    self.databases.drop(building)
        return name

    @contextlib.contextmanager
    def copy_of(self, template: str) -> Iterator[str]:
        """A database of this run alone, gone afterwards."""
        prefix = f"ec_test_{self.layout.key}_"
        drop_left_over(self.databases, prefix)
        name = f"{prefix}{os.getpid()}"
        try:
            self.databases.copy(template, name)
            yield name
        finally:
            self.databases.drop(name)

    def _make_template(self, modules: Sequence[str], building: str) -> None:
        names = ",".join(modules)
        say(f"Making a database with {names}; only the first time.")
        log = self.layout.log("template")
        status = self.once(building, log, TEMPLATE_SECONDS, f"--init={names}", "--no-http")
        if status != 0 or {self.state(building, module) for module in modules} != {INSTALLED}:
            raise DevError(f"Odoo could not install {names} in a database; the log is {log}")

    def _fingerprint(self) -> str:
        """Changes when the Odoo source that made a template does."""
        manifests = sorted(self.odoo.home.glob("addons/*/__manifest__.py"))
        seen = [(path, path.stat().st_mtime_ns) for path in manifests]
        if (self.odoo.home / ".git").exists():
            seen.append(output_of(["git", "-C", self.odoo.home, "rev-parse", "HEAD"]))
        return digest(*seen)[:12]

    def state(self, database: str, module: str = ADDON) -> str:
        """What the database itself says about a module, whatever the log said."""
        question = f"SELECT state FROM ir_module_module WHERE name = '{module}'"
        return "".join(self.databases.execute(question, database)) or "unknown to Odoo"


def digest(*values: object) -> str:
    return hashlib.sha256(repr(values).encode()).hexdigest()


def _disturbs(name: str) -> bool:
    return name.startswith(("ODOO_", "PG", "PYTHON")) and name != "ODOO_BROWSER_BIN"


def drop_left_over(databases: Databases, prefix: str) -> None:
    """Drops databases of runs that were killed before they could."""
    for name in databases.names(prefix):
        number = name.removeprefix(prefix)
        if number.isdigit() and not _is_alive(int(number)):
            databases.drop(name)


def _is_alive(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
