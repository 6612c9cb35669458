"""DKIM (RFC 6376): the domain signs its mail, and its public key stands in the DNS."""

from .check import check
from .record import DkimError, DkimKey, parse

__all__ = ["DkimError", "DkimKey", "check", "parse"]
