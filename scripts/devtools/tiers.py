"""The tiers of `make test` and what each of them found."""

import os
import shutil
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from .console import say
from .errors import DevError
from .layout import ADDON, Layout
from .odoo_log import judge
from .odoo_run import Runner
from .process import run_logged
from .python_env import Environment, system_path

# Each tier's usual time on 2 cores is a tenth of this; what takes longer hangs.
LINT_SECONDS = 600
CORE_SECONDS = 900
ODOO_SECONDS = 2400
SHOWN_ERRORS = 20
SHOWN_LINES = 60
ODOO_TAGS = f"/{ADDON},-ec_browser"
BROWSER_TAGS = "ec_browser"


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
        result = Result(tier, Status.NOT_RUN, str(error))
    return replace(result, seconds=time.monotonic() - start)


def lint(layout: Layout, tools: Environment) -> Result:
    """ruff for the code, its format, and pylint-odoo for what Odoo expects of an addon."""
    commands = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "pylint-odoo": ["pylint", "--rcfile=.pylintrc", str(layout.addons / ADDON)],
    }
    environ = os.environ | {"PYTHONPYCACHEPREFIX": str(layout.cache / "pycache")}
    failed = []
    for name, command in commands.items():
        log = layout.logs / f"lint-{command[0]}-{len(failed)}.log"
        status = run_logged(
            [tools.python, "-m", *command],
            log,
            timeout=LINT_SECONDS,
            env=environ,
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
    log, report = layout.logs / f"{tier}.log", layout.logs / f"{tier}.xml"
    report.unlink(missing_ok=True)
    command = [environment.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rs"]
    command += [f"--junitxml={report}", *selection]
    environ = os.environ | {
        "PATH": system_path(),
        "PYTHONPYCACHEPREFIX": str(layout.cache / "pycache"),
    }
    status = run_logged(command, log, timeout=CORE_SECONDS, env=environ, cwd=layout.checkout)
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


def odoo_tests(runner: Runner, tier: str, database: str, *arguments: str) -> Result:
    """One run of Odoo's tests, judged by its log as well as by its exit status."""
    log = runner.layout.logs / f"{tier}.log"
    say(f"The log is {log}")
    status = runner.once(database, log, ODOO_SECONDS, *arguments)
    judged = judge(log.read_text(encoding="utf-8", errors="replace"))
    problems = []
    if status is None:
        problems.append(f"it was still running after {ODOO_SECONDS} s")
    elif status != 0:
        problems.append(f"Odoo exited with status {status}")
    if not judged.tests:
        problems.append("no test ran")
    if judged.failed:
        problems.append(f"{judged.failed} tests failed")
    if judged.errors:
        problems.append(f"{len(judged.errors)} warnings or errors in the log")
    if judged.skipped:
        problems.append(f"{len(judged.skipped)} tests were skipped")
    state = runner.state_of_addon(database)
    if state != "installed":
        problems.append(f"the addon is {state}")
    for text in (*judged.errors, *judged.skipped)[:SHOWN_ERRORS]:
        say(text)
    tests = judged.tests or 0
    if problems:
        detail = f"{'; '.join(problems)}, of {tests} tests; the log is {log}"
        return Result(tier, Status.FAILED, detail, tests, max(judged.failed, 1))
    return Result(tier, Status.PASSED, f"{tests} tests", tests)


def chromium() -> str | None:
    """The browser Odoo's HttpCase would start."""
    names = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
    if chosen := os.environ.get("ODOO_BROWSER_BIN"):
        return chosen if Path(chosen).exists() else None
    if sys.platform == "darwin":
        application = "/Applications/{0}.app/Contents/MacOS/{0}"
        places = [application.format(name) for name in ("Google Chrome", "Chromium")]
        return next((place for place in places if Path(place).exists()), None)
    return next(filter(None, map(shutil.which, names)), None)


def _show(log: Path) -> None:
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines()[-SHOWN_LINES:]:
        say(line)
