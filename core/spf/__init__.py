"""SPF (RFC 7208): the domain lists the servers that may use it as envelope sender."""

from .budget import Cost, measure, measure_domain
from .check import allows, check
from .evaluate import Result, SpfResult, check_host
from .merge import Suggestion, suggest
from .record import SpfRecord, is_spf, parse

__all__ = [
    "Cost",
    "Result",
    "SpfRecord",
    "SpfResult",
    "Suggestion",
    "allows",
    "check",
    "check_host",
    "is_spf",
    "measure",
    "measure_domain",
    "parse",
    "suggest",
]
