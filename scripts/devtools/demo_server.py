"""`make run`: Odoo with this addon and a mail sandbox around it, until Ctrl-C."""

import argparse
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from . import odoo_source, postgres, system
from .console import say
from .database import Databases
from .errors import DevError
from .layout import ADDON, Layout
from .odoo_run import INSTALLED, Runner
from .process import port_is_free, running
from .python_env import Environment, odoo_environment, system_path

DEFAULT_PORT = "8069"
# Below are the ports only root may open.
LOWEST_PORT, HIGHEST_PORT = 1024, 65535
# Dovecot and five listeners start in 2 s; a loaded machine gets ten times that.
SANDBOX_SECONDS = 30
# The first start installs the addon and builds the web client's assets.
START_SECONDS = 180
INSTALL_SECONDS = 600
POLL_SECONDS = 0.2
DEMO = Path(__file__).with_name("demo.py")
ADVICE = """
Odoo is ready at {url}  (user admin, password admin)

Five things to try:
 1. CRM: open "Forty desks for the new office", answer Ada in the chatter, and look at the delivery
    details of your message: the server, the rule, From and envelope sender as they were sent.
 2. {url}/odoo/settings, Emails: the verdict beside the Alias Domain, and the four mail parameters.
 3. There, "Check DNS" for acme.test, where all is well, and "Checks of all domains" for
    broken.test, where it is not.
 4. There, "Which server will send it?" for news@acme.test and for alex@acme.test, and why.
 5. In another terminal, write as a customer and see a lead appear within a minute:
    make demo-mail FROM=dana@customer.test TO=sales@acme.test SUBJECT="Chairs"

What you send to a customer arrives in the mailbox customer@customer.test (password sandbox), by
IMAP on port {imap}. The name server of this small world is 127.0.0.1:{dns}. The menus under
Settings > Technical need the developer mode: {url}/odoo?debug=1

Ctrl-C stops Odoo and everything around it. The log is {log}
"""


def run(layout: Layout, _options: argparse.Namespace) -> int:
    """Starts everything, waits for Ctrl-C, and stops everything."""
    port = parse_port(os.environ.get("PORT") or DEFAULT_PORT)
    with _only_one(layout):
        _require_free(port)
        system.install_missing(layout, with_browser=False)
        found = odoo_source.find(layout.cache, os.environ, layout.checkout)
        environment = odoo_environment(layout, found)
        with contextlib.ExitStack() as stack:
            oldest = found.release.min_postgres
            variables = stack.enter_context(postgres.serving(layout, os.environ, oldest))
            databases = Databases(environment.python, variables, layout.data)
            databases.require_version(oldest)
            runner = Runner(layout, found, databases, layout.addons)
            stack.enter_context(_sandbox(layout, environment))
            return _serve(runner, port)


def parse_port(text: str) -> int:
    if not text.isdigit() or not LOWEST_PORT <= int(text) <= HIGHEST_PORT:
        raise DevError(
            f"PORT is “{text}”; it has to be a number from {LOWEST_PORT} to {HIGHEST_PORT}."
        )
    return int(text)


def _require_free(port: int) -> None:
    if not port_is_free(port):
        raise DevError(
            f"Port {port} is taken by another program. Stop that one, or choose another port: "
            f"make run PORT={port + 1 if port < HIGHEST_PORT else LOWEST_PORT}"
        )


@contextlib.contextmanager
def _only_one(layout: Layout) -> Iterator[None]:
    """One demo for each checkout; `make stop` finds it by the number in the lock file."""
    with pid_file(layout).open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DevError(
                "The demo of this checkout is running already. To stop it: make stop"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield


def pid_file(layout: Layout) -> Path:
    return layout.own / "demo.pid"


def state_file(layout: Layout) -> Path:
    """Where the running sandbox says what it is made of."""
    return layout.own / "sandbox" / "sandbox.json"


@contextlib.contextmanager
def _sandbox(layout: Layout, environment: Environment) -> Iterator[None]:
    say("Starting the mail sandbox.")
    state, log = state_file(layout), layout.log("sandbox")
    command = [environment.python, "-m", "scripts.sandbox", "--state", state.parent]
    environ = os.environ | {
        "PATH": system_path(),
        "PYTHONPYCACHEPREFIX": str(layout.cache / "pycache"),
    }
    state.unlink(missing_ok=True)
    with (
        log.open("wb") as out,
        running(command, stdout=out, stderr=out, cwd=layout.checkout, env=environ) as child,
    ):
        _wait(child, state.exists, SANDBOX_SECONDS, "The mail sandbox did not start", log)
        yield


def _wait(child: subprocess.Popen, ready, seconds: float, failure: str, log: Path) -> None:
    """Returns when `ready()`; a child that ends or takes too long is an error."""
    end = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > end:
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
            raise DevError("\n".join([*tail, f"{failure}; the log is {log}"]))
        time.sleep(POLL_SECONDS)


def _serve(runner: Runner, port: int) -> int:
    layout, url = runner.layout, f"http://localhost:{port}"
    database = f"ec_demo_{layout.key}"
    _prepare(runner, database, url)
    say("Starting Odoo.")
    log = layout.log("demo")
    command = runner.command(
        database,
        "--workers=0",
        "--max-cron-threads=1",
        f"--http-port={port}",
        "--http-interface=127.0.0.1",
        f"--db-filter=^{database}$",
        "--no-database-list",
    )
    with (
        log.open("wb") as out,
        running(command, stdout=out, stderr=out, env=runner.environment, cwd=layout.own) as child,
    ):
        _wait(child, lambda: _answers(url), START_SECONDS, "Odoo did not start", log)
        peers = json.loads(state_file(layout).read_text(encoding="utf-8"))
        say(ADVICE.format(url=url, log=log, imap=peers["imap"]["port"], dns=peers["dns"]["port"]))
        try:
            child.wait()
        except (KeyboardInterrupt, SystemExit):
            say("\nStopping.")
            return 0
    raise DevError(f"Odoo ended by itself; the log is {log}")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/web/login", timeout=START_SECONDS) as page:
            return page.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def _prepare(runner: Runner, database: str, url: str) -> None:
    """Makes the demo database where there is none, and brings an older one up to date."""
    databases = runner.databases
    if os.environ.get("RESET"):
        databases.drop(database)
    if databases.exists(database):
        say("Updating the addon in the demo database (RESET=1 starts afresh).")
        _install(runner, database, f"--update={ADDON}")
        _fill(runner, database, url)
        return
    building = f"{database}_building"
    try:
        template = runner.template()
        say("Installing the addon in a new demo database.")
        databases.copy(template, building)
        _install(runner, building, f"--init={ADDON}")
        say("Making customers and conversations.")
        _fill(runner, building, url)
        databases.rename(building, database)
    finally:
        databases.drop(building)


def _install(runner: Runner, database: str, argument: str) -> None:
    log = runner.layout.log("demo-install")
    status = runner.once(database, log, INSTALL_SECONDS, argument, "--no-http")
    if status != 0 or runner.state(database) != INSTALLED:
        raise DevError(f"The addon could not be installed; the log is {log}")


def _fill(runner: Runner, database: str, url: str) -> None:
    """Runs demo.py inside Odoo, which has the sandbox send and receive for real."""
    log = runner.layout.log("demo-data")
    variables = {"EC_SANDBOX": str(state_file(runner.layout)), "EC_URL": url}
    if runner.shell(database, DEMO, log, INSTALL_SECONDS, variables) != 0:
        raise DevError(f"The demo data could not be made; the log is {log}")


def stop(layout: Layout) -> bool:
    """Ends the demo of this checkout as Ctrl-C would; False when it was not running."""
    path = pid_file(layout)
    if not path.exists():
        return False
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            os.kill(int(path.read_text(encoding="utf-8")), signal.SIGTERM)
            fcntl.flock(handle, fcntl.LOCK_EX)
            return True
