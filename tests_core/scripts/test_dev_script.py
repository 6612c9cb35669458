"""Bad input to `scripts/dev`: one sentence, exit status 1, nothing half-made left."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from devtools import layout as layout_module
from devtools import postgres, testing
from devtools.errors import DevError
from devtools.layout import Layout
from devtools.postgres import Cluster
from devtools.python_env import odoo_requirements
from devtools.tiers import Result, Status, not_run, timed

SCRIPT = Path(__file__).parents[2] / "scripts/dev"


def dev(cache, *arguments, **environ):
    """Runs the real script with a cache of its own."""
    return subprocess.run(
        [sys.executable, SCRIPT, *arguments],
        env=os.environ | {"DEV_CACHE": str(cache)} | environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def assert_one_sentence(finished, *parts):
    assert finished.returncode == 1
    for part in parts:
        assert part in finished.stderr
    assert "Traceback" not in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_a_taken_port_is_said_at_once(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        finished = dev(tmp_path, "run", PORT=str(port))
    assert_one_sentence(finished, f"Port {port} is taken", "choose another port")
    assert not (tmp_path / "venvs").exists()


@pytest.mark.parametrize("port", ["abc", "0", "80", "65536", "-1"])
def test_a_port_that_is_none_is_refused(tmp_path, port):
    assert_one_sentence(dev(tmp_path, "run", PORT=port), "PORT is", "1024 to 65535")


def test_an_odoo_of_another_series_is_refused(tmp_path):
    (tmp_path / "odoo/odoo").mkdir(parents=True)
    (tmp_path / "odoo/odoo/release.py").write_text("version_info = (18, 0, 0, 'final', 0, '')\n")
    finished = dev(tmp_path / "cache", "test-odoo", ODOO_HOME=str(tmp_path / "odoo"))
    assert finished.returncode == 1
    assert "an Odoo 18.0; this addon is for 19.0" in finished.stdout
    assert finished.stdout.splitlines()[-1] == "0 passed, 1 failed"
    assert not (tmp_path / "cache/venvs").exists()


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").touch()
    finished = dev(tmp_path / "file/cache", "stop")
    assert_one_sentence(finished, "cannot be written", "Set DEV_CACHE")


def test_demo_mail_without_a_demo_says_how_to_start_one(tmp_path):
    finished = dev(tmp_path, "demo-mail", FROM="a@customer.test", TO="sales@acme.test")
    assert_one_sentence(finished, "The demo is not running", "make run")


def test_demo_mail_without_an_address_shows_an_example(tmp_path):
    assert_one_sentence(dev(tmp_path, "demo-mail", FROM="", TO=""), "FROM is missing", "FROM=dana@")


def test_stopping_when_nothing_runs_is_fine(tmp_path):
    finished = dev(tmp_path, "stop")
    assert (finished.returncode, finished.stdout) == (0, "Nothing was running.\n")


def test_no_disk_is_said_before_anything_is_made(tmp_path, monkeypatch):
    monkeypatch.setattr(layout_module, "NEEDED_DISK_BYTES", 10**18)
    with pytest.raises(DevError, match="Free some room"):
        Layout(tmp_path).require_disk()


def test_an_old_postgresql_is_said(tmp_path, monkeypatch):
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 12.4'\n")
    (tmp_path / "postgres").chmod(0o755)
    (tmp_path / "initdb").touch()
    monkeypatch.setattr(postgres, "_program_places", lambda: [tmp_path])
    with (
        pytest.raises(DevError, match=r"PostgreSQL 12 is too old: Odoo 19\.0 needs 13"),
        postgres.serving(Layout(tmp_path / "cache"), {}, 13),
    ):
        pass


def test_the_database_user_that_odoo_refuses_is_said():
    environ = {"PGHOST": "db", "PGUSER": "postgres"}
    with pytest.raises(DevError, match="PGUSER"), postgres.serving(Layout(Path("/")), environ, 13):
        pass


def test_a_deep_cache_still_gets_a_socket_that_fits():
    deep = Cluster(Path("/bin"), Path("/" + "x" * 120), None)
    assert len(str(deep.sockets)) <= postgres.SOCKET_PATH_LIMIT
    assert deep.sockets != Cluster(Path("/bin"), Path("/" + "y" * 120), None).sockets


def test_requirements_need_no_compiler():
    lines = [
        "# comment",
        "lxml==4.8.0 ; python_version <= '3.10'",
        "psycopg2==2.9.2 ; python_version == '3.10' # (Jammy)",
        "psycopg2==2.9.5 ; python_version == '3.11'",
        "python-ldap==3.4.0 ; sys_platform != 'win32'",
        "pytz  # no version pinning",
    ]
    assert odoo_requirements(lines) == [
        "lxml==4.8.0 ; python_version <= '3.10'",
        "psycopg2-binary",
        "pytz",
    ]


PASSED = Result("core", Status.PASSED, "5 tests", tests=5)


@pytest.mark.parametrize(
    ("results", "status", "last_line"),
    [
        ([PASSED], 0, "5 passed, 0 failed"),
        ([PASSED, not_run("odoo", "no Odoo", excused=True)], 0, "5 passed, 0 failed"),
        ([PASSED, not_run("browser", "no Chromium")], 1, "5 passed, 1 failed"),
        ([PASSED, Result("odoo", Status.FAILED, "no test ran", 0, 1)], 1, "5 passed, 1 failed"),
        ([Result("odoo", Status.FAILED, "2 failed", 9, 2)], 1, "7 passed, 2 failed"),
    ],
)
def test_the_summary_is_never_greener_than_the_tiers(capsys, results, status, last_line):
    assert testing._finish(results) == status
    assert capsys.readouterr().out.splitlines()[-1] == last_line


def test_a_tier_that_cannot_run_does_not_keep_the_others_from_running(capsys):
    def work():
        raise DevError("there is no Chromium. Install one")

    result = timed("browser", work)
    assert result.line().startswith("browser    did NOT run: there is no Chromium")
    assert not result.excused


@pytest.mark.parametrize(
    ("statuses", "after", "stamped"),
    [
        ({"odoo": Status.PASSED, "browser": Status.PASSED}, "tree", True),
        ({"odoo": Status.PASSED}, "tree", True),
        ({"odoo": Status.PASSED, "browser": Status.FAILED}, "tree", False),
        ({"odoo": Status.FAILED, "browser": Status.PASSED}, "tree", False),
        ({"odoo": Status.PASSED, "upgrade": Status.FAILED}, "tree", False),
        ({"odoo": Status.PASSED, "dist": Status.FAILED}, "tree", False),
        ({"browser": Status.PASSED}, "tree", False),
        ({"odoo": Status.PASSED}, "changed meanwhile", False),
        ({"odoo": Status.PASSED}, None, False),
    ],
)
def test_a_tree_is_marked_only_when_its_odoo_tests_passed(
    tmp_path, monkeypatch, statuses, after, stamped
):
    monkeypatch.setattr(testing.stamp, "content_tree", lambda _checkout: after)
    results = [Result(tier, status, "") for tier, status in statuses.items()]
    testing._write_stamp(Layout(tmp_path), "tree", results)
    assert (tmp_path / "verified/tree").exists() == stamped
