"""SPF (RFC 7208): the domain lists the servers that may use it as envelope sender.

`record` reads a text; `evaluate` is `check_host`, what a receiver makes of one client. `check`
judges a domain: `budget` asks for all that a record leads to, `meaning` reads from that whom it
lets send, `judge` says what is wrong, and `propose` what to publish instead, as far as `proof`
proves it.
"""

from .budget import measure, measure_domain
from .check import Assessment, allows, check
from .cost import Cost
from .evaluate import Result, SpfResult, check_host
from .record import SpfRecord, is_spf, parse

__all__ = [
    "Assessment",
    "Cost",
    "Result",
    "SpfRecord",
    "SpfResult",
    "allows",
    "check",
    "check_host",
    "is_spf",
    "measure",
    "measure_domain",
    "parse",
]
