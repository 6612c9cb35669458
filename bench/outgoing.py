"""What sending costs beside vanilla, where everything goes well.

    odoo-bin shell -d DATABASE --no-http < bench/outgoing.py

with the addon installed there; a database to throw away, for mails are committed. Rounds
alternate between Odoo's own sending and ours, in one process on the same database, against an SMTP
server in a process of its own. Printed are medians of the rounds: seconds, seconds of CPU,
statements and commits a mail (a statement of the recorder is a commit as well), and ours by
vanilla's.

    MAILS=500 ROUNDS=20 DELAY_MS=0 RECIPIENTS=1 SENDERS=1

are the environment variables and their defaults. DELAY_MS is that of the line, each way.
"""

import logging
import os
import statistics
import sys
import time
from unittest.mock import patch

from odoo import SUPERUSER_ID, api, sql_db
from odoo.addons.email_communication.models.mail_mail_sending import MailMail as Ours
from odoo.addons.email_communication.scripts.sandbox import SlowLine, SmtpPeer

DEFAULTS = {"MAILS": 500, "ROUNDS": 20, "DELAY_MS": 0, "RECIPIENTS": 1, "SENDERS": 1}
MAILS, ROUNDS, DELAY_MS, RECIPIENTS, SENDERS = (
    int(os.environ.get(name, default)) for name, default in DEFAULTS.items()
)


def start_peer():
    """The port of a server in a process of its own, which ends with this one."""
    reading, writing = os.pipe()
    if not os.fork():
        logging.disable(logging.CRITICAL)
        peer = SmtpPeer(starttls=False).start()
        port = SlowLine(peer.port, DELAY_MS / 1000).port if DELAY_MS else peer.port
        os.write(writing, str(port).encode())
        parent = os.getppid()
        while os.getppid() == parent:
            time.sleep(1)
            peer._received.clear()
            peer._commands.clear()
        os._exit(0)
    return int(os.read(reading, 10))


class Count:
    """Statements and commits of all cursors."""

    def __enter__(self):
        self.statements = self.commits = 0
        execute, commit = sql_db.Cursor.execute, sql_db.Cursor.commit

        def counted(cursor, *args, **kwargs):
            self.statements += 1
            self.commits += bool(cursor._cnx.autocommit)
            return execute(cursor, *args, **kwargs)

        def committed(cursor):
            self.commits += 1
            return commit(cursor)

        self._patches = (
            patch.object(sql_db.Cursor, "execute", counted),
            patch.object(sql_db.Cursor, "commit", committed),
        )
        for item in self._patches:
            item.start()
        return self

    def __exit__(self, *exc_info):
        for item in self._patches:
            item.stop()


def vanilla(mails, *args, **kwargs):
    """Without a run the overrides hand everything on to Odoo."""
    return super(Ours, mails).send(*args, **kwargs)


def prepare(registry):
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        values = {"subject": "Bench", "body_html": "<p>Hello</p>"}
        if RECIPIENTS == 1:
            each = [{**values, "email_to": f"r{n}@one.test"} for n in range(MAILS)]
        else:
            partners = env["res.partner"].create(
                [{"name": f"r{n}", "email": f"r{n}@one.test"} for n in range(RECIPIENTS)]
            )
            each = [{**values, "recipient_ids": partners.ids} for _ in range(MAILS)]
        for number, item in enumerate(each):
            item["email_from"] = f"me{number % SENDERS}@acme.test"
        return env["mail.mail"].create(each).ids


def drain(registry):
    ids = prepare(registry)
    with registry.cursor() as cr, Count() as count:
        env = api.Environment(cr, SUPERUSER_ID, {})
        start, start_cpu = time.perf_counter(), time.process_time()
        env["mail.mail"].process_email_queue()
        seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        states = set(env["mail.mail"].browse(ids).mapped("state"))
        assert states == {"sent"}, states
        env["mail.mail"].browse(ids).unlink()
    return seconds, cpu, count.statements / MAILS, count.commits / MAILS


def main():
    registry = env.registry  # noqa: F821
    port = start_peer()
    env["ir.mail_server"].search([]).active = False  # noqa: F821
    env["ir.mail_server"].create(  # noqa: F821
        {"name": "Bench", "smtp_host": "127.0.0.1", "smtp_port": port}
    )
    env["mail.mail"].search([("state", "=", "outgoing")]).unlink()  # noqa: F821
    env.cr.commit()  # noqa: F821
    logging.disable(logging.INFO)
    rounds = {"vanilla": [], "ours": []}
    for number in range(2 * ROUNDS + 2):
        if number % 2:
            result = drain(registry)
        else:
            with patch.object(Ours, "send", vanilla):
                result = drain(registry)
        if number > 1:  # the first of each warms the caches
            rounds["ours" if number % 2 else "vanilla"].append(result)
    medians = {
        name: [statistics.median(column) for column in zip(*results, strict=True)]
        for name, results in rounds.items()
    }
    for name, (seconds, cpu, statements, commits) in medians.items():
        sys.stdout.write(
            f"{name:8} {seconds:7.3f} s, {cpu:7.3f} s CPU, {statements:6.2f} statements, "
            f"{commits:5.2f} commits\n"
        )
    pairs = zip(rounds["ours"], rounds["vanilla"], strict=True)
    ratios = [mine[0] / odoo[0] for mine, odoo in pairs]
    sys.stdout.write(
        f"time: {medians['ours'][0] / medians['vanilla'][0]:.3f} times vanilla, CPU: "
        f"{medians['ours'][1] / medians['vanilla'][1]:.3f}; time of the pairs "
        f"{min(ratios):.2f} to {max(ratios):.2f}, median {statistics.median(ratios):.3f}\n"
    )


main()
