"""A DKIM key record that is there, mended where its meaning is plain."""

import re
from collections.abc import Sequence

from ..dns import tag_list
from .record import DkimError, parse

NOISE = str.maketrans("", "", "\"'\\")  # what zone files put around a text, and no record has
KEPT = ("k", "p", "t", "n")  # the version is written anew; s= and h= only ever narrow a key

# Where a semicolon is missing: a tag that begins behind what people type in its place
_TAG_BEGINS = re.compile(r"(?<=[\s,])(?=[vkpthsn]=)", re.IGNORECASE)


def repaired(text: str) -> str | None:
    """The record with the key of `text` as verifiers can use it, or None: nobody can guess a key
    that is cut off or missing."""
    tags = tag_list.read(_TAG_BEGINS.sub(";", text.translate(NOISE)))[0]
    tags = {tag.lower(): value.strip(" ,") for tag, value in tags.items()}
    tags["p"] = "".join(tags.get("p", "").split())
    proposal = "; ".join(["v=DKIM1", *(f"{tag}={tags[tag]}" for tag in KEPT if tag in tags)])
    return proposal if _is_usable(proposal) else None


def only_key(texts: Sequence[str]) -> str | None:
    """The one text among several that is a key, or None."""
    usable = [text for text in texts if _is_usable(text)]
    return usable[0] if len(usable) == 1 else None


def _is_usable(text):
    try:
        return not parse(text).revoked
    except DkimError:
        return False
