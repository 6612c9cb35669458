"""Signing at the last moment: the octets of a message as they will travel, and nothing after it.

How a message is signed is none of the business of the wing that sends: it is handed a function.
"""

import copy
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

NO_KEY, FAILED = PROBLEMS = ("no_key", "failed")
"""Why a message travels unsigned that should have been signed: no key in use fits its sender, or
the key did not sign."""

_SMTP = smtplib.SMTP
"""Bound at import: tests of others put a mock in the place of `smtplib.SMTP`."""


@dataclass(frozen=True)
class Signed:
    """A message that was to be signed.

    :param records: the names of the DNS records of the keys that signed it
    :param problem: one of `PROBLEMS`, or "" where it is signed
    """

    data: bytes
    records: tuple[str, ...] = ()
    problem: str = ""


Sign = Callable[[bytes], Signed]


def sign_on(connection: smtplib.SMTP, sign: Sign) -> None:
    """Have everything signed that is sent over this connection, by whoever sends with it."""
    connection.sign = sign
    connection.send_message = partial(_send_message, connection)
    connection.sendmail = partial(_sendmail, connection, sign)


def signer_of(connection) -> Sign | None:
    """What signs the messages of a connection; None where they travel as they are."""
    return getattr(connection, "sign", None)


def in_seven_bits(message):
    """The message to be serialised without octets above 127: a server on the way may turn them
    into others, which breaks a signature (RFC 6376 section 5.3)."""
    clone = copy.copy(message)
    clone.policy = message.policy.clone(cte_type="7bit")
    return clone


def _send_message(connection, msg, *args, **kwargs):
    return _SMTP.send_message(connection, in_seven_bits(msg), *args, **kwargs)


def _sendmail(connection, sign, from_addr, to_addrs, msg, *args, **kwargs):
    if isinstance(msg, str):
        msg = smtplib._fix_eols(msg).encode("ascii")
    return _SMTP.sendmail(connection, from_addr, to_addrs, sign(msg).data, *args, **kwargs)
