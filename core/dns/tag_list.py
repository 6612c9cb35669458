"""The "tag=value; tag=value" lists of DKIM, DMARC and TLS-RPT records (RFC 6376 section 3.2)."""

import re

from ..error import CoreError

_TAG = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class TagListError(CoreError):
    """A text that is no tag list: tag_list_syntax, with `part`, the part that cannot be read."""


def parse(text: str) -> dict[str, str]:
    """The tags as a dict in their order; values keep their case. Raises TagListError."""
    tags, slips = read(text)
    if slips:
        raise TagListError("tag_list_syntax", part=slips[0])
    return tags


def read(text: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """(tags as of `parse`, the parts that cannot be read): for readers that make the best of it.

    Of a tag that occurs twice the first counts.
    """
    tags, slips = {}, []
    parts = text.split(";")
    if not parts[-1].strip():  # a trailing semicolon is allowed
        parts.pop()
    for part in parts:
        name, equals, value = part.partition("=")
        name = name.strip()
        # RFC 6376 section 3.2: a tag occurs once, or the whole list is invalid
        if not equals or not _TAG.fullmatch(name) or name in tags:
            slips.append(part.strip())
        else:
            tags[name] = value.strip()
    return tags, tuple(slips)
