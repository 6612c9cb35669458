"""The tiers of `make test` and what each of them found."""

import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from .console import say
from .errors import DevError
from .layout import ADDON, Layout
from .odoo_log import Judged, judge
from .odoo_run import INSTALLED, Runner
from .process import output_of, run_logged
from .python_env import Environment, system_path
from .system import chromium, how_to_get

# Each tier's usual time on 2 cores is a tenth of this; what takes longer hangs.
LINT_SECONDS = 600
CORE_SECONDS = 900
ODOO_SECONDS = 2400
# What Odoo's pins decide is what core/ imports; the script and the mail peers do without them.
CORE_ONLY = ("--ignore-glob=*/test_dev_*", "--ignore-glob=*/test_sandbox_*")
SHOWN_ERRORS = 20
SHOWN_LINES = 60


class Status(Enum):
    PASSED = "passed"
    FAILED = "FAILED"
    NOT_RUN = "did NOT run"


@dataclass(frozen=True)
class Result:
    """What one tier found. `excused` is a tier whose absence does not decide the exit status."""

    tier: str
    status: Status
    detail: str
    tests: int = 0
    failed: int = 0
    seconds: float = 0
    excused: bool = False

    def line(self) -> str:
        took = f" in {self.seconds:.0f} s" if self.status is not Status.NOT_RUN else ""
        return f"{self.tier:<10} {self.status.value}: {self.detail}{took}"


def timed(tier: str, work: Callable[[], Result]) -> Result:
    """Runs one tier; a reason not to run is a result, so that the others still run."""
    say(f"== {tier}")
    start = time.monotonic()
    try:
        result = work()
    except DevError as error:
        result = not_run(tier, str(error))
    return replace(result, seconds=time.monotonic() - start)


def not_run(tier: str, reason: str, excused: bool = False) -> Result:
    """A tier that could not run counts as one failure, unless nothing could be done about it."""
    return Result(tier, Status.NOT_RUN, reason, failed=0 if excused else 1, excused=excused)


def _environment(layout: Layout) -> dict[str, str]:
    """Dovecot is found where plain users do not look, and nothing is written to the checkout."""
    return os.environ | {
        "PATH": system_path(),
        "PYTHONPYCACHEPREFIX": str(layout.cache / "pycache"),
        "RUFF_CACHE_DIR": str(layout.cache / "ruff"),
        "PYLINTHOME": str(layout.cache / "pylint"),
        "HYPOTHESIS_STORAGE_DIRECTORY": str(layout.own / "hypothesis"),
    }


def lint(layout: Layout, tools: Environment) -> Result:
    """ruff for the code and its format, pylint-odoo for what Odoo expects of an addon, and
    import-linter for which part of core may import which."""
    commands = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "pylint-odoo": ["pylint", "--rcfile=.pylintrc", str(layout.addons / ADDON)],
        "import-linter": ["lint-imports", "--no-logo", "--no-cache"],
    }
    failed = []
    for name, (program, *arguments) in commands.items():
        log = layout.log(name.replace(" ", "-"))
        status = run_logged(
            [tools.program(program), *arguments],
            log,
            timeout=LINT_SECONDS,
            env=_environment(layout),
            cwd=layout.checkout,
        )
        if status != 0:
            failed.append(name)
            _show(log)
    if failed:
        return Result("lint", Status.FAILED, ", ".join(failed), 0, len(failed))
    return Result("lint", Status.PASSED, ", ".join(commands))


def core(layout: Layout, environment: Environment, tier: str, *selection: str) -> Result:
    """The tests that need no Odoo, with the packages of one environment."""
    log, report = layout.log(tier), layout.log(tier, "xml")
    command = [environment.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"]
    # pytest's own folder is shared by all runs of a user, which then clean up under each other.
    with tempfile.TemporaryDirectory(prefix="ec-core-") as scratch:
        command += [f"--junitxml={report}", f"--basetemp={scratch}/pytest", *selection]
        status = run_logged(
            command, log, timeout=CORE_SECONDS, env=_environment(layout), cwd=layout.checkout
        )
    if status != 0:
        _show(log)
    if not report.exists():
        return Result(tier, Status.FAILED, f"pytest did not finish; the log is {log}", 0, 1)
    return _read_report(tier, report, status)


def _read_report(tier: str, report: Path, status: int | None) -> Result:
    suites = ElementTree.parse(report).getroot().iter("testsuite")
    totals = dict.fromkeys(("tests", "failures", "errors", "skipped"), 0)
    for suite in suites:
        for name in totals:
            totals[name] += int(suite.get(name, 0))
    failed = totals["failures"] + totals["errors"]
    ran = totals["tests"] - totals["skipped"]
    detail = f"{ran} tests" + (f", {failed} failed" if failed else "")
    if totals["skipped"]:
        detail += f", {totals['skipped']} SKIPPED (reasons: {report.with_suffix('.log')})"
    good = status == 0 and ran > 0 and not failed
    return Result(tier, Status.PASSED if good else Status.FAILED, detail, ran, failed)


def odoo_tests(runner: Runner, tier: str, database: str, tags: str) -> Result:
    """One run of Odoo's tests, judged by its log as well as by its exit status."""
    if tier == "browser":
        _require_browser(runner)
    log = runner.layout.log(tier)
    say(f"The log is {log}")
    installed = runner.state(database) == INSTALLED
    install = () if installed else (f"--init={ADDON}",)
    status = runner.once(database, log, ODOO_SECONDS, *install, f"--test-tags={tags}")
    judged = judge(log.read_text(encoding="utf-8", errors="replace"))
    for text in (*judged.errors, *judged.skipped)[:SHOWN_ERRORS]:
        say(text)
    tests = judged.tests or 0
    if problems := [*_problems(status, judged), *_state_problem(runner, database)]:
        detail = f"{'; '.join(problems)} ({tests} tests run); the log is {log}"
        return Result(tier, Status.FAILED, detail, tests, max(judged.failed, 1))
    return Result(tier, Status.PASSED, f"{tests} tests", tests)


def _problems(status: int | None, judged: Judged) -> Iterator[str]:
    if status is None:
        yield f"it was still running after {ODOO_SECONDS} s"
    elif status != 0:
        yield f"Odoo exited with status {status}"
    if not judged.tests:
        yield "no test ran"
    if judged.failed:
        yield f"{judged.failed} tests failed"
    if judged.errors:
        yield f"{len(judged.errors)} warnings or errors in the log"
    if judged.skipped:
        yield f"{len(judged.skipped)} tests were skipped"


def _state_problem(runner: Runner, database: str) -> Iterator[str]:
    state = runner.state(database)
    if state != INSTALLED:
        yield f"the addon is {state} afterwards"


def _require_browser(runner: Runner) -> None:
    """Odoo would only skip its browser tests without these two."""
    if not chromium():
        how = how_to_get(["chromium"])
        raise DevError(f"there is no Chromium or Chrome. Install one and try again: {how}")
    try:
        output_of([runner.databases.python, "-c", "import websocket"])
    except subprocess.CalledProcessError:
        raise DevError(
            "the Python package websocket-client cannot be imported. "
            f"Remove {runner.databases.python.parents[1]} and try again"
        ) from None


def _show(log: Path) -> None:
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]:
        say(line)
