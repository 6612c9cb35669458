"""What it costs to find where a mail belongs, beside vanilla, with many aliases and domains.

    odoo-bin shell -d DATABASE --no-http < bench/routing.py

with CRM and the addon installed there; a database to throw away. Blocks of mails alternate between
Odoo's own classes and ours, in one process on the same database, and each mail is rolled back.
Printed are medians of milliseconds and of statements for reading and routing a mail, ours with its
steps: to an alias, an answer to the catchall, one to an alias that goes by its local part, one to
a former address. Then the whole of processing one. Wanted: no slower than vanilla.

    ROUNDS=12 ALIASES=10000 DOMAINS=50 FORMER=1000   are the environment variables and defaults
"""

import email
import email.policy
import logging
import os
import statistics
import sys
import time
from contextlib import contextmanager

from odoo import sql_db
from odoo.addons.email_communication.models.incoming_run import Observed, observing

ROUNDS = int(os.environ.get("ROUNDS", "12"))
ALIASES = int(os.environ.get("ALIASES", "10000"))
DOMAINS = int(os.environ.get("DOMAINS", "50"))
FORMER = int(os.environ.get("FORMER", "1000"))
WARM_UP, MAILS = 3, 8
OURS = "odoo.addons.email_communication."
RAW = """From: Carl <carl{n}@customer.test>
To: {to}
Subject: Question {n}
Message-Id: <{n}.bench@customer.test>
{more}Date: Mon, 02 Nov 2026 10:00:00 +0000

{text}
"""
statements = []


@contextmanager
def vanilla():
    """Odoo without our classes."""
    changed = {}
    for model in env.registry.values():  # noqa: F821
        kept = tuple(base for base in model.__bases__ if not base.__module__.startswith(OURS))
        if kept != model.__bases__ and model._module != "email_communication":
            changed[model] = model.__bases__
            model.__bases__ = kept
    try:
        yield False
    finally:
        for model, bases in changed.items():
            model.__bases__ = bases


@contextmanager
def ours():
    yield True


def raw(number, to, more):
    text = "A line of text in a mail.\n" * 40
    return RAW.format(n=number, to=to, more=more, text=text).encode()


def route(source, is_ours):
    thread = env["mail.thread"]  # noqa: F821
    message = email.message_from_bytes(source, policy=email.policy.SMTP)
    if not is_ours:
        return thread.message_route(message, thread.message_parse(message))
    with observing(Observed(source, entered=True)):
        return thread.message_route(message, thread.message_parse(message))


def whole(source, _is_ours):
    return env["mail.thread"].message_process(False, source)  # noqa: F821


def timed(work, source, is_ours):
    statements.clear()
    begin = time.perf_counter()
    result = work(source, is_ours)
    env.cr.flush()  # noqa: F821
    seconds, count = time.perf_counter() - begin, len(statements)
    env.cr.rollback()  # noqa: F821
    env.invalidate_all()  # noqa: F821
    assert result, source
    return seconds, count


def block(work, way, name, to, more):
    """The first ones find no warm caches after the classes have changed."""
    with way() as is_ours:
        address = to[is_ours] if isinstance(to, tuple) else to
        return [
            timed(work, raw(f"{name}.{time.time()}.{item}", address, more), is_ours)
            for item in range(WARM_UP + MAILS)
        ][WARM_UP:]


def measure(title, work, to, more=""):
    """:param to: an address, or that for vanilla and that for ours"""
    ways = {"vanilla": vanilla, "ours": ours}
    found = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, way in ways.items():
            found[name] += block(work, way, number, to, more)
    times = {name: statistics.median(s for s, _ in rows) * 1000 for name, rows in found.items()}
    counts = {name: statistics.median(c for _, c in rows) for name, rows in found.items()}
    sys.stdout.write(
        f"{title:<28} vanilla {times['vanilla']:6.2f} ms, {counts['vanilla']:3.0f} statements; "
        f"ours {times['ours']:6.2f} ms, {counts['ours']:3.0f} statements; "
        f"{times['ours'] / times['vanilla']:.2f} times\n"
    )


def populate():
    if not env["mail.alias.domain"].search_count([], limit=1):  # noqa: F821
        # The first one becomes that of all companies and aliases, and stays.
        env["mail.alias.domain"].create({"name": "bench.test"})  # noqa: F821
    domains = env["mail.alias.domain"].create(  # noqa: F821
        [{"name": f"d{number}.bench.test"} for number in range(DOMAINS)]
    )
    lead = env["ir.model"]._get_id("crm.lead")  # noqa: F821
    aliases = env["mail.alias"].create(  # noqa: F821
        [
            {
                "alias_name": f"bench{number}",
                "alias_domain_id": domains[number % DOMAINS].id,
                "alias_model_id": lead,
                "alias_incoming_local": number % 100 == 1,
                "alias_status": "valid",
            }
            for number in range(ALIASES)
        ]
    )
    for number, alias in enumerate(aliases[10 : 10 + FORMER]):
        alias.alias_name = f"now{number}"
    record = env["crm.lead"].create({"name": "Bench"})  # noqa: F821
    parent = record.message_post(body="Hello", message_type="comment")
    env.cr.commit()  # noqa: F821
    cnx = env.cr._cnx  # noqa: F821
    cnx.autocommit = True
    env.cr.execute("VACUUM ANALYZE mail_alias")  # noqa: F821
    cnx.autocommit = False
    return domains, aliases, record, parent


def counted(cursor, query, *args, **kwargs):
    statements.append(query)
    return execute(cursor, query, *args, **kwargs)


logging.disable(logging.WARNING)
execute = sql_db.Cursor.execute
created_domains, created_aliases, lead, message = populate()
sql_db.Cursor.execute = counted
try:
    answer = f"References: {message.message_id}\nIn-Reply-To: {message.message_id}\n"
    measure("to an alias", route, "bench3@d3.bench.test")
    measure("an answer to the catchall", route, "catchall@d3.bench.test", answer)
    measure("by its local part", route, "bench1@elsewhere.test")
    former = f"bench12@d{12 % DOMAINS}.bench.test"
    measure("to a former address", route, (f"now2@d{12 % DOMAINS}.bench.test", former))
    measure("the whole of a mail", whole, "bench3@d3.bench.test")
finally:
    sql_db.Cursor.execute = execute
    env.cr.rollback()  # noqa: F821
    lead.unlink()
    created_aliases.unlink()
    created_domains.unlink()
    env.cr.commit()  # noqa: F821
