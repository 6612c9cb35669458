"""SPF (RFC 7208): the domain lists the servers that may use it as envelope sender."""

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
