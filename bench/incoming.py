"""Fetching mails, beside the vanilla method, over a line with a delay.

    odoo-bin shell -d DATABASE --no-http < bench/incoming.py

with the addon installed there, and Dovecot on the machine. Nothing is kept in the database but the
sequences. It fetches without processing, over a proxy that delays each direction by 20 ms, and
prints mails a second by IMAP and by POP3, beside Odoo's own adapters in the same run. Then what
one spooled mail costs beside Odoo's whole processing of it, and how much faster two workers are
than one. Wanted: at least 45 times vanilla by IMAP and 35 times by POP3, at most 10 percent, and
1.7 times on a machine that has nothing else to do.
"""

import logging
import statistics
import sys
import time

from odoo.addons.email_communication.models import fetchmail_adapter
from odoo.addons.email_communication.scripts.sandbox import ImapPeer, SlowLine
from odoo.addons.email_communication.tests.worker import Worker
from odoo.addons.mail.models.fetchmail import OdooIMAP4, OdooPOP3

DELAY = 0.020
MAILS = 2_000
VANILLA_MAILS = 40
PROCESSED = 40
PROCESSED_BY_WORKERS = 120
ROUNDS = 3
RAW = (
    b"From: carl{n}@customer.test\r\nTo: contacts@acme.test\r\nSubject: Question {n}\r\n"
    b"Message-Id: <{n}.bench@customer.test>\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\n"
    + b"A line of text in a mail.\r\n"
    * 40
)


def raw(number):
    return RAW.replace(b"{n}", str(number).encode())


def filled(count):
    peer = ImapPeer({"box@acme.test": "pw"}).start()
    with peer._client("box@acme.test") as client:
        for number in range(count):
            client.append("INBOX", None, None, raw(number))
    return peer


def connection(kind, port):
    if kind == "imap":
        client = OdooIMAP4("127.0.0.1", port, timeout=60)
        client.login("box@acme.test", "pw")
    else:
        client = OdooPOP3("127.0.0.1", port, timeout=60)
        client.user("box@acme.test")
        client.pass_("pw")
    return client


def port_of(peer, kind):
    return peer.port if kind == "imap" else peer.pop3_port


def vanilla(kind):
    """Mails a second by Odoo's own adapter, its login left out."""
    peer = filled(VANILLA_MAILS)
    try:
        client = connection(kind, SlowLine(port_of(peer, kind), DELAY).port)
        begin = time.perf_counter()
        client.check_unread_messages()
        for number, _raw in client.retrieve_unread_messages():
            client.handled_message(number)
        client.disconnect()
        return VANILLA_MAILS / (time.perf_counter() - begin)
    finally:
        peer.stop()


def ours(kind):
    """Mails a second, kept and acknowledged, login left out."""
    peer = filled(MAILS)
    server = env["fetchmail.server"].create(  # noqa: F821
        {"name": "Bench", "server": "bench", "user": f"{kind}.{time.time()}", "server_type": "imap"}
    )
    env.cr.commit()  # noqa: F821
    try:
        client = connection(kind, SlowLine(port_of(peer, kind), DELAY).port)
        adapter = fetchmail_adapter.wrap(server, client)
        begin = time.perf_counter()
        adapter.check_unread_messages()
        seconds = time.perf_counter() - begin
        env.cr.commit()  # noqa: F821
        rows = env["mail.incoming"].search([("mailbox_id", "=", server.id)])  # noqa: F821
        assert len(rows) == MAILS, len(rows)
        return MAILS / seconds
    finally:
        env.cr.rollback()  # noqa: F821
        env["mail.incoming"].search([("mailbox_id", "=", server.id)]).unlink()  # noqa: F821
        server.unlink()
        env.cr.commit()  # noqa: F821
        peer.stop()


def costs():
    """Milliseconds of CPU for keeping one mail in a batch, and for processing one."""
    spool, thread = env["mail.incoming"], env["mail.thread"]  # noqa: F821
    begin = time.process_time()
    spool._spool([(raw(f"s{number}"), {}) for number in range(500)])
    keeping = (time.process_time() - begin) / 500
    times = []
    for number in range(PROCESSED):
        begin = time.process_time()
        thread.message_process("res.partner", raw(f"p{number}"))
        times.append(time.process_time() - begin)
    env.cr.rollback()  # noqa: F821
    return keeping * 1000, statistics.median(times) * 1000


def seconds_of(count):
    """What so many workers take for the same number of mails, each with a sender of its own."""
    spool = env["mail.incoming"]  # noqa: F821
    begin = time.time()
    rows = spool._spool(
        [
            (raw(f"{begin}.{number}"), {"call": {"model": "res.partner", "su": True, "uid": 1}})
            for number in range(PROCESSED_BY_WORKERS)
        ]
    )
    env.cr.commit()  # noqa: F821
    begin = time.perf_counter()
    workers = [
        Worker(env.registry, lambda inner: inner["mail.incoming"]._cron_process_waiting())  # noqa: F821
        for _ in range(count)
    ]
    assert not any(worker.wait() for worker in workers)
    seconds = time.perf_counter() - begin
    env.cr.commit()  # noqa: F821
    rows.invalidate_recordset()
    assert set(rows.mapped("state")) == {"done"}
    assert len(set(rows.mapped("res_id"))) == len(rows)
    env["res.partner"].browse(rows.mapped("res_id")).unlink()  # noqa: F821
    rows.unlink()
    env.cr.commit()  # noqa: F821
    return seconds


logging.disable(logging.WARNING)
fetchmail_adapter.SECONDS_TO_SPOOL = 600
for protocol in ("imap", "pop3"):
    theirs, mine = vanilla(protocol), ours(protocol)
    sys.stdout.write(
        f"{protocol}: {mine:6.0f} mails/s, vanilla {theirs:5.1f}, {mine / theirs:5.1f} times\n"
    )
keeping_ms, processing_ms = costs()
sys.stdout.write(
    f"keeping one mail {keeping_ms:.2f} ms, processing it {processing_ms:.1f} ms, "
    f"{100 * keeping_ms / processing_ms:.1f} %\n"
)
one, two = (statistics.median(seconds_of(count) for _ in range(ROUNDS)) for count in (1, 2))
sys.stdout.write(
    f"{PROCESSED_BY_WORKERS} mails: one worker {one:.1f} s, two {two:.1f} s, "
    f"{one / two:.2f} times\n"
)
