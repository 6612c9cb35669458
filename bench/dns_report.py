"""How fast the DNS report is, against a DNS server on loopback that waits before each answer.

    python3 -m bench.dns_report [--checkdmarc PYTHON]

runs at the root of the repository, with what the tests of core need installed. It prints three
numbers next to what is wanted: the time of one full report, relative to its longest chain of
dependent questions; 100 domains at once, relative to checkdmarc doing the same domains one after
the other; and how memory grows over rounds of 100 domains. checkdmarc is installed from PyPI into
a virtual environment of its own, unless the Python of one is given.
"""

import argparse
import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from core.dns.resolver import DnsResolver
from core.domain.report import check
from core.findings.finding import Severity
from core.sender import Selector, Sender
from scripts.sandbox.dns_peer import DnsPeer

from .dns_zones import CHAIN, DOMAIN_COUNT, domain_name, zones

DELAY = 0.02  # seconds before each answer of the DNS server
SINGLE_RUNS = 21  # reports whose median counts
AT_ONCE = 15  # domains that are checked at the same time
ROUNDS = 4  # of all domains, after which memory is compared with that after the first
SINGLE_TARGET = 1.5  # times the longest chain
PARALLEL_TARGET = 40  # times as fast as checkdmarc


def main():
    options = _parser().parse_args()
    if options.serve:
        return _serve()
    with subprocess.Popen(
        [sys.executable, "-m", "bench.dns_report", "--serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        port = int(server.stdout.readline())
        _measure_one(port)
        seconds = _measure_many(port)
        _measure_memory(port)
        _compare(port, seconds, options.checkdmarc)
        server.stdin.close()
    return 0


def _measure_one(port):
    times = []
    for number in range(SINGLE_RUNS):
        start = time.perf_counter()
        _judge(asyncio.run(_report(number, port)))
        times.append(time.perf_counter() - start)
    median, chain = statistics.median(times), len(CHAIN) * DELAY
    _say(
        f"one report: {median * 1000:.0f} ms, {median / chain:.2f} times its longest chain of "
        f"{len(CHAIN)} questions (wanted: at most {SINGLE_TARGET})"
    )


def _measure_many(port):
    start = time.perf_counter()
    asyncio.run(_all_domains(port))
    seconds = time.perf_counter() - start
    _say(f"{DOMAIN_COUNT} domains, {AT_ONCE} at once: {seconds:.2f} s")
    return seconds


def _measure_memory(port):
    before = _peak_memory()
    for _round in range(ROUNDS):
        asyncio.run(_all_domains(port))
    _say(
        f"peak memory: {before / 1024:.1f} MB, and {_peak_memory() / 1024:.1f} MB after "
        f"{ROUNDS} more rounds (wanted: the same)"
    )


def _compare(port, seconds, python):
    """checkdmarc gets the same domains and the same server, in the same run."""
    names = [domain_name(number) for number in range(DOMAIN_COUNT)]
    script = Path(__file__).with_name("checkdmarc_one_by_one.py")
    result = subprocess.run(
        [python or _checkdmarc_python(), script, str(port), *names],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    theirs = float(result.stdout)
    _say(
        f"checkdmarc, one after the other: {theirs:.2f} s, so {theirs / seconds:.0f} times as "
        f"long (wanted: at least {PARALLEL_TARGET})"
    )


async def _all_domains(port):
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number):
        async with slots:
            _judge(await _report(number, port))

    await asyncio.gather(*(one(number) for number in range(DOMAIN_COUNT)))


async def _report(number, port):
    """One full report, with two senders."""
    domain = domain_name(number)
    senders = (
        Sender("Own", f"mail.{domain}", ("mx",), (Selector("s1"),)),
        Sender(
            "Provider",
            f"mail2.{domain}",
            (f"include:_spf.one.{domain}",),
            (Selector("s2", f"s2.dkim.{domain}"),),
        ),
    )
    resolver = DnsResolver([f"127.0.0.1:{port}"])
    return await check(domain, resolver, senders=senders, transport=True)


def _judge(report):
    if report.severity not in (Severity.OK, Severity.INFO):
        raise SystemExit(
            f"The report about {report.domain} is {report.severity.value}: the "
            "numbers would mean nothing. Is the machine overloaded?"
        )


def _serve():
    """The DNS server, in a process of its own, until its input is closed."""
    with DnsPeer(zones()) as peer:
        peer.delay = DELAY
        _say(peer.port)
        sys.stdin.read()
    return 0


def _checkdmarc_python():
    directory = Path(tempfile.gettempdir()) / "email_communication-bench-checkdmarc"
    python = directory / "bin" / "python"
    if not python.exists():
        venv.create(directory, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "checkdmarc"], check=True)
    return python


def _peak_memory():
    """In KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _say(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _parser():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--checkdmarc", metavar="PYTHON", help="Python of a virtual environment that has checkdmarc"
    )
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
