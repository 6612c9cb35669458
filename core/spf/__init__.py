"""SPF (RFC 7208): records, their evaluation, their look-up budget, and what to publish."""

from .evaluate import Result, SpfResult, check_host
from .record import SpfRecord, is_spf, parse

__all__ = ["Result", "SpfRecord", "SpfResult", "check_host", "is_spf", "parse"]
