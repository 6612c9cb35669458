"""The tier that updates databases of earlier versions to the present tree.

Each folder of `tests_upgrade` is a version: the commit it landed with, what its users did
(`before.py`), and what must be true after `-u` alone (`after.py`). Both scripts run in Odoo's
shell, the first with the addon of that commit. The database it leaves is kept for later runs.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from .console import say
from .dist import archive, git, unpack, version
from .errors import DevError
from .layout import ADDON, Layout
from .odoo_log import judge
from .odoo_run import INSTALLED, Runner, digest
from .tiers import Result, Status

# Installing takes 40 s on 2 cores, updating 20 s, a script a few seconds.
INSTALL_SECONDS = 900
SCRIPT_SECONDS = 300
# What after.py prints for each thing that it found to be as promised.
KEPT = re.compile(r"^kept: ", re.MULTILINE)
LAST_LINES = 20


def tier(runner: Runner) -> Result:
    """Every earlier version updates, and nothing that it recorded is lost."""
    results = [_update(runner, path.parent) for path in _commits(runner.layout)]
    kept = sum(result.tests for result in results)
    failed = [result.detail for result in results if result.status is not Status.PASSED]
    if failed or not results:
        detail = "; ".join(failed) or "there is no earlier version to update from"
        return Result("upgrade", Status.FAILED, detail, kept + 1, 1)
    versions = ", ".join(result.tier for result in results)
    return Result("upgrade", Status.PASSED, f"{kept} checks of what {versions} kept", kept)


def _commits(layout: Layout) -> list[Path]:
    return sorted((layout.checkout / "tests_upgrade").glob("*/commit"))


def _update(runner: Runner, earlier: Path) -> Result:
    """Updates a copy of the database of one version, and looks at what it kept."""
    log, after = (runner.layout.log(f"upgrade-{part}-{earlier.name}") for part in ("u", "after"))
    with runner.copy_of(_database(runner, earlier)) as database:
        status = runner.once(database, log, INSTALL_SECONDS, f"--update={ADDON}", "--no-http")
        for problem in _problems(runner, database, status, log):
            return Result(earlier.name, Status.FAILED, f"{problem}; the log is {log}")
        status = _run(runner, database, earlier / "after.py", after)
    text = after.read_text(encoding="utf-8", errors="replace")
    kept = len(KEPT.findall(text))
    if status != 0 or not kept:
        say("\n".join(text.splitlines()[-LAST_LINES:]))
        return Result(earlier.name, Status.FAILED, f"not all was kept; the log is {after}", kept)
    return Result(earlier.name, Status.PASSED, "", kept)


def _problems(runner: Runner, database: str, status: int | None, log: Path) -> Iterator[str]:
    errors = judge(log.read_text(encoding="utf-8", errors="replace")).errors
    for text in errors:
        say(text)
    if status != 0 or errors:
        yield "the update failed or complained"
    question = f"SELECT state || ' ' || latest_version FROM ir_module_module WHERE name = '{ADDON}'"
    found = "".join(runner.databases.execute(question, database))
    wanted = f"{INSTALLED} {version(runner.layout.checkout)}"
    if found != wanted:
        yield f"the addon is “{found}” afterwards, not “{wanted}”"


def _run(runner: Runner, database: str, script: Path, log: Path) -> int | None:
    """Runs a script that may use this checkout's mail peers, and what lies in `tests_upgrade`."""
    checkout = runner.layout.checkout
    path = os.pathsep.join(map(str, (runner.odoo.home, checkout, checkout / "tests_upgrade")))
    return runner.shell(database, script, log, SCRIPT_SECONDS, {"PYTHONPATH": path})


def _database(runner: Runner, earlier: Path) -> str:
    """The name of a database in which an earlier version was at work."""
    template, commit = runner.template(), (earlier / "commit").read_text(encoding="utf-8").strip()
    scripts = [earlier / "before.py", *sorted(earlier.parent.glob("*.py"))]
    seen = [template, commit, *(script.read_text(encoding="utf-8") for script in scripts)]

    def make(building):
        say(f"Making a database of version {earlier.name}; only the first time.")
        runner.databases.copy(template, building)
        with runner.scratch() as folder:
            old = runner.with_addons(addon_of(runner.layout.checkout, commit, folder))
            _prepare(old, building, earlier)

    family = f"ec_before_{digest(runner.odoo.home, earlier.name)[:6]}"
    return runner.kept(family, digest(*seen)[:12], make)


def addon_of(checkout: Path, commit: str, folder: Path) -> Path:
    """The addon of a commit, in a directory for the addons path inside of `folder`."""
    try:
        git(checkout, "cat-file", "-e", f"{commit}^{{commit}}")
    except DevError:
        raise DevError(
            f"the history of {checkout} does not reach back to commit {commit[:7]}, so the update "
            "from there cannot be tested. Fetch all of it: git fetch --unshallow"
        ) from None
    archive(checkout, commit, folder / "addon.zip")
    return unpack(folder / "addon.zip", folder / "addons")


def _prepare(old: Runner, database: str, earlier: Path) -> None:
    log, before = (old.layout.log(f"upgrade-{part}-{earlier.name}") for part in ("i", "before"))
    status = old.once(database, log, INSTALL_SECONDS, f"--init={ADDON}", "--no-http")
    if status != 0 or old.state(database) != INSTALLED:
        raise DevError(f"version {earlier.name} could not be installed; the log is {log}")
    if _run(old, database, earlier / "before.py", before) != 0:
        raise DevError(f"{earlier / 'before.py'} failed; the log is {before}")
