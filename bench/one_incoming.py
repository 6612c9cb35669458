"""What one plain mail that creates a lead costs, beside vanilla.

    odoo-bin shell -d DATABASE --no-http < bench/one_incoming.py

with CRM and the addon installed there; a database to throw away, for partners are added to it by
SQL. Blocks of mails alternate between Odoo's own classes, without our index, and ours, in one
process on the same database, and each mail is rolled back. Printed for each number of partners are
medians of milliseconds and of statements, the row of the spool and its source included, and ours by
vanilla's; then what the steps cost. Wanted: at most 0.6 times and 45 statements with 100,000
partners, no growth from none to there, and at most 3 percent for the steps.

    ROUNDS=12 PARTNERS=0,100000   are the environment variables and their defaults
"""

import logging
import os
import statistics
import sys
import time
from contextlib import contextmanager

from odoo import sql_db

ROUNDS = int(os.environ.get("ROUNDS", "12"))
WARM_UP, MAILS = 3, 8
TEXT = "A line of text in a mail.\n" * 40
PARTNERS = [int(number) for number in os.environ.get("PARTNERS", "0,100000").split(",")]
OURS = "odoo.addons.email_communication."
RAW = """From: Carl <carl{n}@customer.test>
To: bench@{domain}
Subject: Question {n}
Message-Id: <{n}.bench@customer.test>
Date: Mon, 02 Nov 2026 10:00:00 +0000

{text}
"""
INDEX = "res_partner_email_normalized_exact"
statements = []


@contextmanager
def without(*modules):
    """Odoo without the classes of these modules."""
    changed = {}
    for model in env.registry.values():  # noqa: F821
        kept = tuple(base for base in model.__bases__ if not base.__module__.startswith(modules))
        if kept != model.__bases__ and model._module != "email_communication":
            changed[model] = model.__bases__
            model.__bases__ = kept
    try:
        yield
    finally:
        for model, bases in changed.items():
            model.__bases__ = bases


def vanilla():
    """Within each transaction the index that we bring is gone as well."""
    return without(OURS)


def without_steps():
    return without(f"{OURS}models.mail_thread_steps", f"{OURS}models.mail_alias_steps")


@contextmanager
def ours():
    yield


def block(number, way):
    """Seconds and statements of some mails in a row; the first ones find no warm caches after the
    classes have changed."""
    with way():
        rows = [process(f"{number}.{item}", way) for item in range(WARM_UP + MAILS)]
        return rows[WARM_UP:]


def process(number, way):
    if way is vanilla:
        env.cr.execute(f"DROP INDEX {INDEX}")  # noqa: F821
    raw = RAW.format(n=number, domain=domain.name, text=TEXT).encode()
    statements.clear()
    begin, cpu = time.perf_counter(), time.process_time()
    result = env["mail.thread"].message_process(False, raw)  # noqa: F821
    env.cr.flush()  # noqa: F821
    seconds, cpu = time.perf_counter() - begin, time.process_time() - cpu
    assert result
    count = len(statements)
    env.cr.rollback()  # noqa: F821
    return seconds, cpu, count


def fill(count):
    there = env["res.partner"].with_context(active_test=False).search_count([])  # noqa: F821
    env.cr.execute(  # noqa: F821
        """INSERT INTO res_partner (name, complete_name, email, email_normalized, active, type)
           SELECT 'P' || i, 'P' || i, 'p' || i || '@many.test', 'p' || i || '@many.test', true,
                  'contact'
             FROM generate_series(%s, %s) i""",
        [there + 1, count],
    )
    env.cr.commit()  # noqa: F821
    cnx = env.cr._cnx  # noqa: F821
    cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE res_partner")  # noqa: F821
    cnx.autocommit = False


logging.disable(logging.WARNING)
execute = sql_db.Cursor.execute


def counted(cursor, query, *args, **kwargs):
    statements.append(query)
    return execute(cursor, query, *args, **kwargs)


domain = env["mail.alias.domain"].search([], limit=1) or env["mail.alias.domain"].create(  # noqa: F821
    {"name": "bench.test"}
)
if not env["mail.alias"].search([("alias_name", "=", "bench")]):  # noqa: F821
    env["mail.alias"].create(  # noqa: F821
        {
            "alias_name": "bench",
            "alias_domain_id": domain.id,
            "alias_model_id": env["ir.model"]._get_id("crm.lead"),  # noqa: F821
            "alias_status": "valid",
        }
    )
env.cr.commit()  # noqa: F821
sql_db.Cursor.execute = counted
try:
    for partners in PARTNERS:
        fill(partners)
        ways = {"vanilla": vanilla, "ours": ours, "ours without steps": without_steps}
        found = {name: [] for name in ways}
        for number in range(ROUNDS):
            for name, way in ways.items():
                found[name] += block(f"{partners}.{number}", way)
        columns = {
            name: [statistics.median(c) for c in zip(*r, strict=True)] for name, r in found.items()
        }
        for name, (seconds, cpu, count) in columns.items():
            sys.stdout.write(
                f"{partners:>7} partners, {name:<19} {seconds * 1000:6.1f} ms, "
                f"CPU {cpu * 1000:6.1f} ms, {count:.0f} statements, "
                f"{seconds / columns['vanilla'][0]:.2f} times\n"
            )
finally:
    sql_db.Cursor.execute = execute
