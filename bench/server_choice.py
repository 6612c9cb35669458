"""How long the choice of an outgoing server takes, beside the vanilla method.

    odoo-bin shell -d DATABASE --no-http < bench/server_choice.py

with the addon installed there, and nothing kept. For 10, 100 and 1,000 servers it prints the
median of one choice, in milliseconds, with the servers given as when a mail is sent: for senders
that a FROM filter lists, and for one that none does. Wanted: no growth with their number.
"""

import logging
import statistics
import sys
import time

from odoo.addons.base.models.ir_mail_server import IrMail_Server

ROUNDS = 200  # choices whose median counts, alternating with vanilla
COUNTS = (10, 100, 1000)
METHODS = (
    type(env["ir.mail_server"])._find_mail_server,  # noqa: F821
    IrMail_Server._find_mail_server,
)


def median_ms(servers, senders, method):
    times = []
    for number in range(ROUNDS):
        start = time.perf_counter()
        method(env["ir.mail_server"], senders[number % len(senders)], servers)  # noqa: F821
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def measure(count):
    model = env["ir.mail_server"].sudo()  # noqa: F821
    model.search([]).action_archive()
    servers = model.create(
        [
            {"name": f"{n}", "smtp_host": "smtp.test", "sequence": n, "from_filter": f"d{n}.test"}
            for n in range(count)
        ]
    )
    listed = [f"ada@d{n * (count // 10) % count}.test" for n in range(10)]
    for what, senders in (("listed", listed), ("not listed", ["ada@nowhere.example"])):
        mine, vanilla = (median_ms(servers, senders, m) for m in METHODS)
        line = f"{count:5} servers, {what:10} {mine:7.2f} ms, vanilla {vanilla:7.2f} ms\n"
        sys.stdout.write(line)


logging.getLogger("odoo.addons.base.models.ir_mail_server").setLevel(logging.ERROR)
for servers_count in COUNTS:
    measure(servers_count)
env.cr.rollback()  # noqa: F821
