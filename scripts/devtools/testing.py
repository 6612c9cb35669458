"""`make test` and its parts: which tiers run, in which order, and the summary."""

import argparse
import contextlib
import os
from collections.abc import Iterator, Sequence
from functools import partial

from . import odoo_source, postgres, tiers
from .console import say
from .database import Databases
from .layout import ADDON, Layout
from .odoo_run import Runner, drop_left_over
from .odoo_source import OdooMissing
from .process import output_of
from .python_env import odoo_environment, tools_environment
from .tiers import Result, Status, timed


def lint(layout: Layout, _options: argparse.Namespace) -> int:
    return _finish([timed("lint", lambda: tiers.lint(layout, tools_environment(layout)))])


def reformat(layout: Layout, _options: argparse.Namespace) -> int:
    python = tools_environment(layout).python
    say(output_of([python, "-m", "ruff", "format", "."], cwd=layout.checkout))
    return 0


def core(layout: Layout, options: argparse.Namespace) -> int:
    return _finish([_core_tier(layout, options.selection)])


def odoo(layout: Layout, options: argparse.Namespace) -> int:
    return _finish(_odoo_tiers(layout, [("odoo", options.tags or tiers.ODOO_TAGS)]))


def browser(layout: Layout, options: argparse.Namespace) -> int:
    return _finish(_odoo_tiers(layout, [("browser", options.tags or tiers.BROWSER_TAGS)]))


def everything(layout: Layout, _options: argparse.Namespace) -> int:
    """All tiers; the Odoo ones are excused only when there is no Odoo to be had."""
    results = [
        timed("lint", lambda: tiers.lint(layout, tools_environment(layout))),
        _core_tier(layout, ()),
    ]
    wanted = [("odoo", tiers.ODOO_TAGS), ("browser", tiers.BROWSER_TAGS)]
    return _finish(results + _odoo_tiers(layout, wanted, with_core=True))


def _core_tier(layout: Layout, selection: Sequence[str]) -> Result:
    return timed("core", lambda: tiers.core(layout, tools_environment(layout), "core", *selection))


def _odoo_tiers(
    layout: Layout, wanted: list[tuple[str, str]], with_core: bool = False
) -> list[Result]:
    names = (["core-pins"] if with_core else []) + [name for name, _tags in wanted]
    try:
        found = odoo_source.find(layout.cache, os.environ, layout.checkout)
        environment = odoo_environment(layout, found)
        results = []
        if with_core:
            results = [timed("core-pins", lambda: tiers.core(layout, environment, "core-pins"))]
        with _database(layout, found, environment) as (runner, database):
            for position, (name, tags) in enumerate(wanted):
                install = () if position else (f"--init={ADDON}",)
                arguments = (*install, f"--test-tags={tags}")
                work = partial(tiers.odoo_tests, runner, name, database, *arguments)
                results.append(timed(name, work))
        return results
    except OdooMissing as error:
        excused = len(names) > 1
        return [Result(name, Status.NOT_RUN, str(error), excused=excused) for name in names]


@contextlib.contextmanager
def _database(layout: Layout, found, environment) -> Iterator[tuple[Runner, str]]:
    """A database of this run alone, gone afterwards."""
    oldest = found.release.min_postgres
    with postgres.serving(layout, os.environ, oldest) as variables:
        databases = Databases(environment.python, variables, layout.data)
        databases.require_version(oldest)
        runner = Runner(layout, found, databases)
        prefix = f"ec_test_{layout.key}_"
        drop_left_over(databases, prefix)
        name = f"{prefix}{os.getpid()}"
        template = runner.template()
        try:
            databases.copy(template, name)
            yield runner, name
        finally:
            databases.drop(name)


def _finish(results: list[Result]) -> int:
    """Prints the summary; the exit status is 1 when a tier failed or is missing unexcused."""
    say("")
    for result in results:
        say(result.line())
    failed = sum(result.failed for result in results)
    passed = sum(result.tests for result in results) - failed
    say(f"{max(passed, 0)} passed, {failed} failed")
    good = all(result.status is Status.PASSED or result.excused for result in results)
    return 0 if good else 1
