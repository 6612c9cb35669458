"""The commands of `scripts/dev`."""

import argparse
import errno
import os
import subprocess
from functools import partial

from . import demo_mail, demo_server, dist, postgres, stamp, testing
from .console import complain, say
from .errors import DevError
from .layout import Layout, cache_path
from .process import exit_on_signals

ALONE = {
    "dist": "install the zip of `dist` in an empty database",
    "upgrade": "update databases of earlier versions",
}


def main(arguments: list[str]) -> int:
    """Runs one command; a DevError becomes its sentence and exit status 1."""
    options = _parser().parse_args(arguments)
    exit_on_signals()
    os.umask(0o022)
    layout = Layout(cache_path(os.environ, os.geteuid() == 0))
    try:
        layout.prepare()
        return options.command(layout, options)
    except DevError as error:
        complain(str(error))
    except subprocess.CalledProcessError as error:
        output = (error.stderr or error.stdout or "").strip()
        complain(f"{' '.join(error.cmd)} failed with status {error.returncode}. {output}")
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        complain(f"The disk of {layout.cache} is full. Free some room and try again.")
    except KeyboardInterrupt:
        complain("Stopped.")
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="scripts/dev", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name, command, help_text):
        added = commands.add_parser(name, help=help_text)
        added.set_defaults(command=command)
        return added

    add("run", demo_server.run, "Odoo with CRM, this addon and a mail sandbox (PORT, RESET)")
    add("demo-mail", demo_mail.send, "a customer writes to the running demo (FROM, TO, SUBJECT)")
    add("test", testing.everything, "lint, core, Odoo, browser, dist and upgrade tests")
    add("lint", testing.lint, "ruff, pylint-odoo and import-linter")
    add("format", testing.reformat, "format the Python files")
    core = add("test-core", testing.core, "the tests that need no Odoo")
    core.add_argument("selection", nargs="*", help="files, or options for pytest after --")
    odoo = add("test-odoo", testing.odoo, "the tests inside Odoo, without browser")
    odoo.add_argument("--tags", help="Odoo's --test-tags, instead of all of the addon")
    browser = add("test-browser", testing.browser, "the tests with a real Chromium")
    browser.add_argument("--tags", help="Odoo's --test-tags, instead of ec_browser")
    for name, text in ALONE.items():
        add(f"test-{name}", partial(testing.alone, name), text)
    add("dist", dist.command, "the zip that a user installs")
    add("translations", testing.translations, "write i18n/*.pot anew")
    add("stop", _stop, "stop the demo and the private database server")
    add("verified", _verified, "have the Odoo tests passed for exactly this tree?")
    return parser


def _stop(layout: Layout, _options: argparse.Namespace) -> int:
    demo = demo_server.stop(layout)
    servers = postgres.stop_all(layout)
    say("Stopped." if demo or servers else "Nothing was running.")
    return 0


def _verified(layout: Layout, _options: argparse.Namespace) -> int:
    stamp.require_verified(layout)
    say("The Odoo tests have passed for exactly this tree.")
    return 0
