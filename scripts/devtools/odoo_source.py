"""Finds an Odoo of the right series, or clones one.

The release is read as text: importing an Odoo of another series would run its code.
"""

import ast
import importlib.metadata
import importlib.util
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import say
from .errors import DevError
from .files import made_whole
from .process import output_of, running

SERIES = (19, 0)
BRANCH = "19.0"
REPOSITORY = "https://github.com/odoo/odoo.git"
# Long enough for a slow link to answer, short enough not to annoy where there is none.
REACH_SECONDS = 15
SYSTEM_PLACES = (
    Path("/opt/odoo"),  # the containers of OCA's continuous integration
    Path("/opt/odoo/custom/src/odoo"),  # doodba
)


class OdooMissing(DevError):
    """No Odoo here and none to be cloned: what needs it did not run."""


@dataclass(frozen=True)
class Release:
    """What `odoo/release.py` says of itself."""

    series: tuple
    min_python: tuple
    max_python: tuple
    min_postgres: int


@dataclass(frozen=True)
class Odoo:
    """An Odoo source: the directory that holds the package `odoo`, and its release."""

    home: Path
    release: Release

    @property
    def addons_paths(self) -> list[Path]:
        """Both addons directories of a source tree; an installed Odoo has only the inner one."""
        return [path for path in (self.home / "addons", self.home / "odoo/addons") if path.is_dir()]

    def requirement_lines(self) -> list[str]:
        """The requirements as Odoo states them, with their markers."""
        listed = self.home / "requirements.txt"
        if listed.exists():
            return listed.read_text(encoding="utf-8").splitlines()
        try:
            return importlib.metadata.requires("odoo") or []
        except importlib.metadata.PackageNotFoundError:
            raise DevError(
                f"The Odoo in {self.home} has no requirements.txt. Set ODOO_HOME to a complete "
                "Odoo 19.0 source directory."
            ) from None


def read_release(home: Path) -> Release | None:
    """The release of the Odoo in `home`, None where there is no Odoo."""
    path = home / "odoo" / "release.py"
    if not path.is_file():
        return None
    return parse_release(path.read_text(encoding="utf-8"))


def parse_release(text: str) -> Release:
    """Reads the plain assignments of a release file; what is missing keeps an old value."""
    values = {"version_info": (), "MIN_PY_VERSION": (3, 10), "MAX_PY_VERSION": (3, 99)}
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            values[node.targets[0].id] = _constants(node.value)
    return Release(
        series=values["version_info"][:2],
        min_python=values["MIN_PY_VERSION"],
        max_python=values["MAX_PY_VERSION"],
        min_postgres=values.get("MIN_PG_VERSION", 13),
    )


def _constants(node: ast.expr):
    """A literal as it is; of a tuple only its literal items, which come first."""
    if isinstance(node, ast.Tuple):
        return tuple(item.value for item in node.elts if isinstance(item, ast.Constant))
    return node.value if isinstance(node, ast.Constant) else None


def find(cache: Path, environ: Mapping[str, str], checkout: Path) -> Odoo:
    """The first Odoo 19.0 in the documented order, cloned when there is none."""
    if chosen := environ.get("ODOO_HOME"):
        return _chosen(Path(chosen).expanduser().absolute())
    others = []
    for home in _places(cache, environ, checkout):
        release = read_release(home)
        if release and release.series == SERIES:
            return Odoo(home, release)
        if release:
            others.append(f"{home} is {_text(release.series)}")
    return _clone(cache / f"odoo-{BRANCH}", others)


def _chosen(home: Path) -> Odoo:
    """The Odoo of ODOO_HOME, which is never replaced silently by another."""
    release = read_release(home)
    if release is None:
        raise DevError(
            f"ODOO_HOME is {home}, where there is no odoo/release.py. "
            "Set it to an Odoo 19.0 source directory, or unset it."
        )
    if release.series != SERIES:
        raise DevError(
            f"ODOO_HOME is {home}, an Odoo {_text(release.series)}; this addon is for 19.0. "
            "Set it to an Odoo 19.0 source directory, or unset it."
        )
    return Odoo(home, release)


def _text(series: tuple) -> str:
    return ".".join(str(part) for part in series) or "of an unknown series"


def _places(cache: Path, environ: Mapping[str, str], checkout: Path) -> Iterator[Path]:
    spec = importlib.util.find_spec("odoo")
    for location in (spec and spec.submodule_search_locations) or ():
        yield Path(location).parent
    yield cache / f"odoo-{BRANCH}"
    yield checkout.parent / "odoo"
    yield Path(environ.get("HOME", "/nonexistent")) / "odoo"
    yield from SYSTEM_PLACES


def _clone(target: Path, others: list[str]) -> Odoo:
    say(f"No Odoo {BRANCH} found; asking its repository for one.")
    environ = os.environ | {"GIT_TERMINAL_PROMPT": "0"}
    try:
        output_of(
            ["git", "ls-remote", "--exit-code", "--heads", REPOSITORY, BRANCH],
            timeout=REACH_SECONDS,
            env=environ,
        )
    except (OSError, subprocess.SubprocessError):
        found = f" Found of another series: {'; '.join(others)}." if others else ""
        raise OdooMissing(
            f"there is no Odoo {BRANCH} on this machine and its repository cannot be reached."
            f"{found} Set ODOO_HOME to an Odoo {BRANCH} source directory, or put one at {target}"
        ) from None
    clone = ["git", "clone", "--depth=1", f"--branch={BRANCH}", "--progress", REPOSITORY]
    with made_whole(target) as fresh, running([*clone, fresh], env=environ) as child:
        if child.wait() != 0:
            raise OdooMissing(
                f"cloning Odoo {BRANCH} stopped half-way and nothing of it was kept. "
                "Check the network and the disk, then try again"
            )
        return Odoo(target, read_release(fresh))
