"""DKIM (RFC 6376): the domain signs its mail, and its public key stands in the DNS."""

from .check import UNPUBLISHED, check, key_name
from .record import DkimError, DkimKey, parse
from .sign import is_published

__all__ = ["UNPUBLISHED", "DkimError", "DkimKey", "check", "is_published", "key_name", "parse"]
