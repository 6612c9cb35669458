"""The sandbox as a whole: mail that travels, and the process with its beginning and end."""

import contextlib
import json
import os
import signal
import smtplib
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from scripts.sandbox import DovecotServer, PymapServer, Sandbox

ROOT = Path(__file__).parents[2]
PATIENCE = 10
"""Seconds for something that takes a fraction of one."""
START_LIMIT = 1.5
"""Seconds that a developer is willing to wait for all peers."""
QUESTION = (
    b"From: customer@customer.test\r\nTo: sales@acme.test\r\nSubject: price?\r\n\r\nHow much?\r\n"
)


def send(place, sender, recipient, raw=QUESTION):
    with smtplib.SMTP(place["host"], place["port"], timeout=5) as client:
        client.sendmail(sender, [recipient], raw)


def command_lines():
    """Return the command lines by process id, without those that only wait to be waited for."""
    running = psutil.process_iter(["cmdline"])
    return {one.pid: " ".join(one.info["cmdline"]) for one in running if one.info["cmdline"]}


def is_alive(pid):
    return pid in command_lines()


def wait_until(condition):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.02)


def dovecot_pids(state):
    """Return the process ids of the Dovecot of this folder and of the shell that guards it."""
    folder = json.loads((state / "dovecot.json").read_text())["folder"]
    return [pid for pid, line in command_lines().items() if folder in line]


def read_place(running):
    line = running.stdout.readline()
    assert line, "The sandbox did not start; its message is in the captured output."
    return json.loads(line)


@contextlib.contextmanager
def process(state, *options):
    """Run ``python3 -m scripts.sandbox``; yield the process and what it printed."""
    command = [sys.executable, "-m", "scripts.sandbox", "--state", str(state), *options]
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield running, read_place(running)
    finally:
        running.terminate()
        running.wait(PATIENCE)
        running.stdout.close()


# ---- in this process -----------------------------------------------------------------------


def test_mail_travels_both_ways(tmp_path):
    with Sandbox(tmp_path) as sandbox:
        place = sandbox.describe()
        send(place["smtp"], "customer@customer.test", "sales@acme.test")
        send(place["smtp2"], "odoo@acme.test", "anybody@customer.test")
        send(place["smtp"], "odoo@acme.test", "somebody@elsewhere.test")
        [question] = sandbox.imap.messages("odoo@acme.test")
        [answer] = sandbox.imap.messages("customer@customer.test")
        assert len(sandbox.smtp.received) == 2
    assert b"Delivered-To: sales@acme.test\r\n" in question.data
    assert question.data.endswith(QUESTION)
    assert b"Return-Path: <odoo@acme.test>\r\n" in answer.data


def test_start_is_fast(tmp_path):
    started = time.monotonic()
    with Sandbox(tmp_path):
        assert time.monotonic() - started < START_LIMIT


def test_a_sandbox_can_be_started_again_with_its_certificate(tmp_path):
    certificates = []
    sandbox = Sandbox(tmp_path)
    for _number in range(2):
        with sandbox:
            certificates.append(sandbox.ca_file.read_bytes())
    assert certificates[0] == certificates[1]


def test_one_sandbox_for_each_folder(tmp_path):
    with Sandbox(tmp_path), pytest.raises(RuntimeError, match="Another sandbox is running with"):
        Sandbox(tmp_path).start()


def test_nothing_stays_when_a_peer_cannot_start(tmp_path, monkeypatch):
    sandbox = Sandbox(tmp_path)
    monkeypatch.setattr("scripts.sandbox.smtp_peer.LOOPBACK", "192.0.2.1")
    with pytest.raises(OSError, match=r"192\.0\.2\.1"):
        sandbox.start()
    assert not (tmp_path / "dovecot.json").exists()
    monkeypatch.undo()
    with Sandbox(tmp_path):
        pass


# ---- as a process --------------------------------------------------------------------------


def test_the_process_says_where_everything_is(tmp_path):
    with process(tmp_path) as (running, place):
        assert json.loads((tmp_path / "sandbox.json").read_text()) == place
        assert place["pid"] == running.pid
        assert place["domains"] == ["acme.test", "customer.test"]
        assert (place["imap"]["user"], place["imap"]["password"]) == ("odoo@acme.test", "sandbox")
        send(place["smtp"], "customer@customer.test", "sales@acme.test")
        assert place["dns"]["port"]
        assert set(place) >= {"smtp2", "pop3", "ca_file"}
    assert running.returncode == 0
    assert not (tmp_path / "sandbox.json").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_its_processes(tmp_path, number):
    with process(tmp_path) as (running, _place):
        pids = dovecot_pids(tmp_path) if DovecotServer.is_available() else []
        running.send_signal(number)
        assert running.wait(PATIENCE) == 0
    assert [pid for pid in pids if is_alive(pid)] == []
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".json") == []


def test_it_ends_when_its_parent_was_killed(tmp_path):
    parent = subprocess.Popen(
        [
            "/bin/sh",
            "-c",
            '"$1" -m scripts.sandbox --state "$2" & wait',
            "sh",
            sys.executable,
            str(tmp_path),
        ],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        place = read_place(parent)
        parent.kill()
    wait_until(lambda: not is_alive(place["pid"]))
    assert not (tmp_path / "sandbox.json").exists()


needs_dovecot = pytest.mark.skipif(
    not DovecotServer.is_available() and PymapServer.is_available(),
    reason="Dovecot is not installed; pymap has no process of its own that could be left behind.",
)


@needs_dovecot
def test_dovecot_ends_when_the_sandbox_was_killed(tmp_path):
    with process(tmp_path) as (running, _place):
        pids = dovecot_pids(tmp_path)
        folder = Path(json.loads((tmp_path / "dovecot.json").read_text())["folder"])
        assert pids
        running.kill()
        wait_until(lambda: not any(is_alive(pid) for pid in pids) and not folder.exists())


@needs_dovecot
def test_a_stale_dovecot_is_ended_by_the_next_start(tmp_path):
    with process(tmp_path) as (running, _place):
        folder = Path(json.loads((tmp_path / "dovecot.json").read_text())["folder"])
        master = int((folder / "run" / "master.pid").read_text())
        for pid in dovecot_pids(tmp_path):
            if pid != master:
                os.kill(pid, signal.SIGKILL)
        running.kill()
        running.wait(PATIENCE)
    assert is_alive(master)
    with Sandbox(tmp_path) as sandbox:
        assert not is_alive(master)
        assert not folder.exists()
        assert sandbox.imap.messages("odoo@acme.test") == []


@needs_dovecot
def test_the_process_of_somebody_else_is_left_alone(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as stranger:
        folder = tmp_path / "ec-dovecot-old"
        (folder / "run").mkdir(parents=True)
        (folder / "run" / "master.pid").write_text(str(stranger.pid))
        (tmp_path / "dovecot.json").write_text(json.dumps({"folder": str(folder)}))
        try:
            with Sandbox(tmp_path):
                assert stranger.poll() is None
        finally:
            stranger.kill()


def run_to_its_end(*options):
    return subprocess.run(
        [sys.executable, "-m", "scripts.sandbox", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_bad_options_end_with_a_sentence(tmp_path):
    (tmp_path / "bad.test.zone").write_text("@ A nonsense\n")
    (tmp_path / "file").write_text("")
    for options, sentence in (
        (["--zones", str(tmp_path)], "The zone bad.test cannot be read"),
        (["--zones", str(tmp_path / "none")], "There is no folder of zones at"),
        (["--state", str(tmp_path / "file")], "The sandbox cannot run: "),
    ):
        done = run_to_its_end("--state", str(tmp_path / "state"), *options)
        assert (done.returncode, done.stdout) == (1, "")
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
