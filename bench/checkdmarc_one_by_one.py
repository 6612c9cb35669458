"""Checks the domains of the benchmark with checkdmarc, one after the other.

It runs under the Python of a virtual environment that has checkdmarc and nothing of this
repository: `python checkdmarc_one_by_one.py PORT DOMAIN...` prints the seconds it took.
"""

import sys
import time

import checkdmarc
from dns.nameserver import Do53Nameserver

TIMEOUT = 2.0  # seconds, as for our resolver


def main(port, domains):
    nameserver = Do53Nameserver("127.0.0.1", int(port))
    start = time.perf_counter()
    for domain in domains:
        result = checkdmarc.check_domains([domain], nameservers=[nameserver], timeout=TIMEOUT)
        if not (result["spf"]["valid"] and result["dmarc"]["valid"]):
            sys.exit(f"checkdmarc did not find {domain} as it is in the zone.")
    sys.stdout.write(f"{time.perf_counter() - start}\n")


main(sys.argv[1], sys.argv[2:])
