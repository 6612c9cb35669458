"""What one run of sending knows about how its mails go out, until that has been recorded."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Delivery(NamedTuple):
    """How a mail went out. The senders are empty when it did not come as far as a session."""

    delivery_server: str
    delivery_rule: str
    delivery_from: str | bool = False
    delivery_envelope_sender: str | bool = False


@dataclass
class DeliveryLog:
    """Filled while mails are sent, so it is not frozen; it lives as long as the run.

    :param choices: by the key of a mail, the name of its server and the rule that chose it
    :param senders: by Message-ID, the From header and the envelope sender as they travelled
    :param delivery: that of the mails whose outcome is being recorded right now
    """

    choices: dict[Any, tuple[str, str]] = field(default_factory=dict)
    senders: dict[str, tuple[str, str]] = field(default_factory=dict)
    delivery: Delivery | None = None
