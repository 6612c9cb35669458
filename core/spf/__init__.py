"""SPF (RFC 7208): records, their evaluation, their look-up budget, and what to publish."""

from .record import is_spf, parse

__all__ = ["is_spf", "parse"]
