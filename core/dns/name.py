"""How names of the DNS lie above and below each other."""

from ..name import InvalidName, mail_domain, to_ascii

__all__ = ["InvalidName", "is_subdomain", "mail_domain", "parents", "to_ascii"]


def is_subdomain(name: str, parent: str) -> bool:
    """Whether `name` is `parent` or below it; both in ASCII."""
    return name == parent or name.endswith("." + parent)


def parents(name: str) -> list[str]:
    """The name and every name above it, up to its top-level domain."""
    labels = name.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]
