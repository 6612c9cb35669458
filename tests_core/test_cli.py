"""python3 -m core: what a person sees, and the exit status a script sees."""

import json
import string
import subprocess
import sys
from pathlib import Path

import pytest

from core import cli
from core.dns.resolver import Status
from core.findings import wording
from core.findings.finding import CODES, finding
from core.spf.record import parse
from scripts.sandbox.dns_peer import DnsPeer
from scripts.sandbox.zone import DEFAULT_ZONES


@pytest.fixture(scope="module")
def nameserver():
    with DnsPeer(DEFAULT_ZONES) as peer:
        yield f"127.0.0.1:{peer.port}"


@pytest.fixture
def run(nameserver, capsys):
    def _run(*arguments, command="check"):
        try:
            status = cli.main([command, *arguments, "--nameserver", nameserver, "--lifetime", "1"])
        except SystemExit as exit_:
            status = exit_.code
        return status, *capsys.readouterr()

    return _run


@pytest.mark.parametrize(
    "domain, status, sentence",
    [
        ("acme.test", 0, "Mail for the domain goes to mail.acme.test."),
        ("bare.test", 2, "The domain has no SPF record"),
        ("broken.test", 2, "The domain has 2 SPF records"),
        ("lookups.test", 2, "The record costs 12 DNS look-ups"),
        ("servfail.test", 3, "the name server reported a failure (SERVFAIL)"),
        ("timeout.test", 3, "no answer came in time"),
        ("missing.test", 2, "The domain missing.test does not exist"),
    ],
)
def test_a_report_in_plain_english(run, domain, status, sentence):
    result, output, errors = run(domain, "--selector", "odoo")
    assert (result, errors) == (status, "")
    assert sentence in " ".join(output.split())
    assert all(len(line) <= cli.WIDTH_MAX for line in output.splitlines())


def test_a_report_as_json(run):
    status, output, _errors = run("acme.test", "--json")
    data = json.loads(output)
    assert status == 0
    assert data["domain"] == "acme.test"
    assert [item["code"] for item in data["findings"]][:2] == ["mx_ok", "spf_ok"]


def test_the_cost_of_an_spf_record_as_a_tree(run):
    status, output, _errors = run("acme.test", command="spf")
    assert status == 0
    assert [line.split(None, 2) for line in output.splitlines()] == [
        ["look-ups", "void", "term"],
        ["2", "0", "acme.test"],
        ["1", "0", "mx"],
        ["1", "0", "include:_spf.provider.test"],
    ]


@pytest.mark.parametrize(
    "domain, status, text",
    [
        ("lookups.test", 2, "      12     0  lookups.test"),
        ("syntax.test", 2, "syntax.test  (syntax)"),
        ("bare.test", 2, "bare.test has no SPF record, or more than one."),
        ("servfail.test", 3, "It could not be told whether servfail.test has an SPF record."),
        ("not a domain", 64, ""),
    ],
)
def test_the_cost_of_a_record_that_does_not_work(run, domain, status, text):
    result, output, _errors = run(domain, command="spf")
    assert result == status
    assert text in output


def test_the_cost_of_an_spf_record_as_json(run):
    data = json.loads(run("lookups.test", "--json", command="spf")[1])
    assert (data["lookups"], len(data["children"])) == (12, 12)


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["not a domain"], "“not a domain” is not a domain name: only letters"),
        (["acme.test", "--nameserver", "dns.example"], "The name server dns.example is not an IP"),
        (["acme.test", "--lifetime", "0"], "seconds"),
        (["acme.test", "--lifetime", "nan"], "seconds"),
        (["acme.test", "--unknown"], "Unrecognized arguments"),
        ([], "The following arguments are required: domain"),
    ],
)
def test_bad_input_is_one_sentence_and_a_usage_error(run, arguments, sentence):
    status, output, errors = run(*arguments)
    assert (status, output) == (cli.USAGE_ERROR, "")
    assert sentence in errors
    assert len(errors.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["check", "acme.test"], ["spf", "acme.test"], ["--help"]])
def test_without_dnspython_one_line_says_what_to_install(arguments):
    # -S leaves out every installed package
    finished = subprocess.run(
        [sys.executable, "-S", "-m", "core", *arguments],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (finished.returncode, finished.stdout) == (cli.USAGE_ERROR, "")
    assert "-m pip install 'dnspython" in finished.stderr
    assert len(finished.stderr.splitlines()) == 1


def test_the_help_documents_the_exit_status(run):
    status, output, _errors = run("--help")
    assert status == 0
    assert "exit status" in output


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_with_only_its_own_parameters(code):
    fields = {field for _, field, _, _ in string.Formatter().parse(CODES[code].sentence)}
    assert fields - {None, "name"} <= set(CODES[code].params)
    assert CODES[code].sentence.endswith(".")


@pytest.mark.parametrize(
    "status", [item for item in Status if item not in (Status.OK, Status.NODATA, Status.NXDOMAIN)]
)
def test_every_failure_of_the_dns_is_explained(status):
    text = wording.explain(finding("mx_unknown", "mx", "example.com", "MX", status=status.value))
    assert wording.STATUS[status.value] in text


@pytest.mark.parametrize(
    "term",
    [
        "foo:bar",
        "!",
        "a:",
        "ip4:1.2.3",
        "a/33",
        "include",
        "all:x",
        "ip6:1",
        "redirect=a.b redirect=a.b",
    ],
)
def test_every_syntax_problem_is_explained(term):
    problem = parse(f"v=spf1 {term}").problems[0]
    text = wording.explain(
        finding(
            "spf_syntax",
            "spf",
            "example.com",
            "TXT",
            problem=problem.code,
            term=problem.term,
            position=problem.position,
        )
    )
    assert wording.PROBLEMS[problem.code] in text
