"""`make test` and its parts: which tiers run, in which order, and the summary.

Without any Odoo the lint and core tiers decide the exit status. With one, every tier has to pass:
a missing browser or database server is named in the summary and makes the run fail.
"""

import argparse
import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from . import dist, odoo_source, postgres, stamp, system, tiers, upgrade
from .console import say
from .database import Databases
from .errors import DevError
from .layout import ADDON, Layout
from .odoo_run import Runner
from .odoo_source import Odoo, OdooMissing
from .process import output_of
from .python_env import Environment, odoo_environment, tools_environment
from .tiers import Result, Status, timed

EXPORT_TERMS = Path(__file__).with_name("export_terms.py")
# Installing the addon and reading its terms takes 10 s on 2 cores.
TERMS_SECONDS = 300
TAGS = {"odoo": f"/{ADDON},-ec_browser", "browser": "ec_browser"}
# The tiers that need a database of their own.
ALONE = {"dist": dist.tier, "upgrade": upgrade.tier}


def lint(layout: Layout, _options: argparse.Namespace) -> int:
    return _finish([_lint_tier(layout)])


def reformat(layout: Layout, _options: argparse.Namespace) -> int:
    python = tools_environment(layout).python
    say(output_of([python, "-m", "ruff", "format", "."], cwd=layout.checkout))
    return 0


def core(layout: Layout, options: argparse.Namespace) -> int:
    system.install_missing(layout, with_browser=False)
    return _finish([_core_tier(layout, options.selection)])


def odoo(layout: Layout, options: argparse.Namespace) -> int:
    system.install_missing(layout, with_browser=False)
    return _one_odoo_tier(layout, "odoo", options.tags)


def browser(layout: Layout, options: argparse.Namespace) -> int:
    system.install_missing(layout, with_browser=True)
    return _one_odoo_tier(layout, "browser", options.tags)


def alone(name: str, layout: Layout, _options: argparse.Namespace) -> int:
    system.install_missing(layout, with_browser=False)
    return _finish(_odoo_tiers(layout, {}, [name]))


def translations(layout: Layout, _options: argparse.Namespace) -> int:
    """Writes what there is to translate, as a real Odoo sees it."""
    found = odoo_source.find(layout.cache, os.environ, layout.checkout)
    template = layout.checkout / "i18n" / f"{ADDON}.pot"
    log = layout.log("translations")
    with (
        _runner(layout, found, odoo_environment(layout, found)) as runner,
        runner.copy_of(runner.template()) as database,
    ):
        status = runner.once(database, log, TERMS_SECONDS, f"--init={ADDON}", "--no-http")
        variables = {"EC_TEMPLATE": str(template)}
        if status or runner.shell(database, EXPORT_TERMS, log, TERMS_SECONDS, variables):
            raise DevError(f"The terms could not be exported; the log is {log}")
    say(f"Written: {template}")
    return 0


def everything(layout: Layout, _options: argparse.Namespace) -> int:
    """All tiers; the Odoo ones are excused only when there is no Odoo to be had."""
    system.install_missing(layout, with_browser=True)
    tree = stamp.content_tree(layout.checkout)
    results = [_lint_tier(layout), _core_tier(layout, ())]
    results += _odoo_tiers(layout, TAGS, ALONE, with_core=True, excused=True)
    _write_stamp(layout, tree, results)
    return _finish(results)


def _one_odoo_tier(layout: Layout, name: str, tags: str | None) -> int:
    tree = stamp.content_tree(layout.checkout)
    results = _odoo_tiers(layout, {name: tags or TAGS[name]})
    if not tags:
        _write_stamp(layout, tree, results)
    return _finish(results)


def _lint_tier(layout: Layout) -> Result:
    return timed("lint", lambda: tiers.lint(layout, tools_environment(layout)))


def _core_tier(layout: Layout, selection: Sequence[str]) -> Result:
    return timed("core", lambda: tiers.core(layout, tools_environment(layout), "core", *selection))


def _odoo_tiers(
    layout: Layout,
    tags: dict[str, str],
    alone: Iterable[str] = (),
    with_core: bool = False,
    excused: bool = False,
) -> list[Result]:
    """The tiers that need Odoo; one that could not run is a result, not an exception."""
    results: list[Result] = []
    wanted = [*(["core-pins"] if with_core else []), *tags, *alone]
    try:
        found = odoo_source.find(layout.cache, os.environ, layout.checkout)
        environment = odoo_environment(layout, found)
        if with_core:
            work = partial(tiers.core, layout, environment, "core-pins", *tiers.CORE_ONLY)
            results.append(timed("core-pins", work))
        with _runner(layout, found, environment) as runner:
            for result in _on_one_database(runner, tags):
                results.append(result)
            for name in alone:
                results.append(timed(name, partial(ALONE[name], runner)))
    except DevError as error:
        excuse = excused and isinstance(error, OdooMissing)
        missing = wanted[len(results) :]
        results += [tiers.not_run(name, str(error), excuse) for name in missing]
    return results


def _on_one_database(runner: Runner, tags: dict[str, str]) -> Iterator[Result]:
    """The tiers that share the installation of the addon."""
    if not tags:
        return
    with runner.copy_of(runner.template()) as database:
        for name, selected in tags.items():
            yield timed(name, partial(tiers.odoo_tests, runner, name, database, selected))


@contextlib.contextmanager
def _runner(layout: Layout, found: Odoo, environment: Environment) -> Iterator[Runner]:
    """Odoo with a database server for as long as it is needed."""
    oldest = found.release.min_postgres
    with postgres.serving(layout, os.environ, oldest) as variables:
        databases = Databases(environment.python, variables, layout.data)
        databases.require_version(oldest)
        yield Runner(layout, found, databases, layout.addons)


def _write_stamp(layout: Layout, tree: str | None, results: list[Result]) -> None:
    """Only for files that stayed the same from the first tier to the last."""
    statuses = {result.tier: result.status for result in results}
    failed = any(statuses.get(tier) is Status.FAILED for tier in ("browser", *ALONE))
    if statuses.get("odoo") is Status.PASSED and not failed and tree:
        if stamp.content_tree(layout.checkout) == tree:
            stamp.write(layout, tree)
        else:
            say("Files changed while the tests ran, so this tree is not marked as verified.")


def _finish(results: list[Result]) -> int:
    """Prints the summary; the exit status is 1 when a tier failed or is missing unexcused."""
    say("")
    for result in results:
        say(result.line())
    passed = sum(max(result.tests - result.failed, 0) for result in results)
    failed = sum(result.failed for result in results)
    say(f"{passed} passed, {failed} failed")
    good = all(result.status is Status.PASSED or result.excused for result in results)
    return 0 if good else 1
