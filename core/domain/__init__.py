"""One domain as a whole: its report, what has changed in it, and the records to publish."""

from .report import DomainReport, check, check_sync

__all__ = ["DomainReport", "check", "check_sync"]
