"""python3 -m core read: what a person sees, and the line that a script sees for each file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from report_mails import cases, plain

from core.incoming import read_command

ROOT = Path(__file__).parents[2]
KEYS = ["file", "kind", "decided_by", "message_id", "recipients", "provenance"]
RECIPIENT_KEYS = ["address", "action", "status", "class", "dead_address", "try_again", "text"]


@pytest.fixture
def files(tmp_path):
    mails = {
        "report.eml": cases("reports_standard.txt")["Postfix, remote"][0],
        "mail.eml": plain("Hi", from_="Ada <ada@example.com>", subject="Hi", return_path=None),
        "away.eml": plain("Away", from_="ada@example.com", subject="Hi", auto_submitted="yes"),
        "nothing.eml": b"",
        "\xfc-\udcff.eml": plain("Sorry, it could not be delivered."),
    }
    for name, raw in mails.items():
        (tmp_path / name).write_bytes(raw)
    return [str(tmp_path / name) for name in mails]


@pytest.fixture
def run(capsys):
    def _run(*arguments):
        try:
            status = read_command.main(list(arguments))
        except SystemExit as exit_:
            status = exit_.code
        return status, *capsys.readouterr()

    return _run


def test_one_line_of_json_for_each_file_in_order(run, files):
    status, output, errors = run("--json", *files)
    assert (status, errors) == (0, "")
    found = [json.loads(line) for line in output.splitlines()]
    assert [item["file"] for item in found] == files
    assert all(list(item) == KEYS for item in found)
    assert [item["kind"] for item in found] == [
        "delivery report",
        "mail",
        "automatic reply",
        "unreadable",
        "delivery report",
    ]
    report = found[0]
    assert report["message_id"] == "<170.1-openerp-12-crm.lead@odoo.acme.test>"
    assert found[1]["message_id"] is None
    (recipient,) = report["recipients"]
    assert list(recipient) == RECIPIENT_KEYS
    assert recipient == {
        "address": "ada@example.com",
        "action": "failed",
        "status": "5.1.1",
        "class": "recipient_unknown",
        "dead_address": True,
        "try_again": False,
        "text": "550 5.1.1 <ada@example.com>... User unknown",
    }


def test_a_person_reads_sentences(run, files):
    status, output, errors = run(*files)
    assert (status, errors) == (0, "")
    text = " ".join(output.split())
    assert "This is a report about a message that was sent." in text
    assert "The message could not be delivered to ada@example.com." in text
    assert "The address of the recipient does not exist." in text
    assert "This is an automatic reply" in text
    assert "It could not be told which recipients it is about." in text
    assert all(len(line) <= read_command.WIDTH for line in output.splitlines() if "/" not in line)


def test_a_server_can_be_trusted(run, tmp_path):
    file = tmp_path / "mail.eml"
    file.write_bytes(
        b"Authentication-Results: mx.acme.test; dmarc=pass header.from=example.com\n"
        b"Received: from mail.example.com ([198.51.100.7]) by mx.acme.test; x\n"
        b"From: ada@example.com\n\nHi\n"
    )
    verdicts = [
        json.loads(run("--json", *trust, str(file))[1])["provenance"]["verdict"]
        for trust in ([], ["--trust", "mx.acme.test"])
    ]
    assert verdicts == ["not verified", "verified"]


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_what_cannot_be_read_is_said(run, files, tmp_path, options):
    status, output, errors = run(*options, str(tmp_path), files[0], str(tmp_path / "missing"))
    assert status == read_command.NO_INPUT
    assert "cannot be read: is a directory." in errors
    assert "cannot be read: no such file or directory." in errors
    if options:
        found = [json.loads(line) for line in output.splitlines()]
        assert [item["kind"] for item in found] == ["unreadable", "delivery report", "unreadable"]
    else:
        assert output.count("This is ") == 1


def test_no_file_is_a_usage_error(run):
    status, _output, errors = run("--json")
    assert status == read_command.USAGE_ERROR
    assert "FILE" in errors


def test_the_program_needs_no_package(files):
    command = [sys.executable, "-S", "-m", "core", "read", "--json", *files]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == len(files)


def test_the_command_is_listed_beside_the_others():
    command = [sys.executable, "-m", "core", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "tell of mails in files what they are" in done.stdout
    command = [sys.executable, "-m", "core", "read", "--help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "python3 -m core read" in done.stdout
