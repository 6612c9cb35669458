"""SPF (RFC 7208): records, their evaluation, their look-up budget, and what to publish."""

from .budget import Cost, measure, measure_domain
from .evaluate import Result, SpfResult, check_host
from .merge import Suggestion, suggest
from .record import SpfRecord, is_spf, parse

__all__ = [
    "Cost",
    "Result",
    "SpfRecord",
    "SpfResult",
    "Suggestion",
    "check_host",
    "is_spf",
    "measure",
    "measure_domain",
    "parse",
    "suggest",
]
