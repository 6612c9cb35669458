"""What one run of sending finds out about its mails, until each of them has been recorded."""

from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass
class DeliveryLog:
    """Filled while mails are sent, so it is not frozen; it lives as long as the run.

    :param used_server: the key of the server whose session sends; None where there was no
        session, as when the connection failed
    :param senders: by Message-ID, the From header and the envelope sender as they travelled
    :param choices: by what decides the choice of a server, the name of the server and the rule;
        the mails of a run mostly have the same author
    """

    used_server: Hashable | None = None
    senders: dict[str, tuple[str, str]] = field(default_factory=dict)
    choices: dict[Hashable, tuple[str, str]] = field(default_factory=dict)
