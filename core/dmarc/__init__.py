"""DMARC (RFC 7489, RFC 9989): what receivers do with mail that is not authenticated.

Mail passes when SPF or DKIM authenticates a domain that is aligned with the one in From.
"""

from .check import check

__all__ = ["check"]
