"""The decision whether a sender wrote too often, beside the vanilla rule, on the same database.

    odoo-bin shell -d DATABASE --no-http < bench/loops.py

with the addon and CRM installed there. It takes some minutes and keeps nothing: all is rolled back.
A lead comes in by an alias, with 10,000 and then with 1,000,000 leads and as many rows in the
spool, of 50,000 senders over 30 days. It prints milliseconds a decision, as the median over many
senders, and what a forecast for Settings takes. Wanted: at least 50 times faster than vanilla at
1,000,000, and at most 1.5 times its own cost at 10,000.
"""

import statistics
import sys
import time

from odoo.addons.email_communication.models.ir_config_parameter import LOOP_POLICY_PARAMETER

SIZES = (10_000, 1_000_000)
SENDERS = 50_000
DECISIONS = 200
VANILLA_DECISIONS = 20
DAYS = 30
LEADS = """
    INSERT INTO crm_lead (name, type, active, email_from, email_normalized, create_date)
    SELECT 'Bench ' || n, 'lead', true, 's' || n %% %(senders)s || '@bench.test',
           's' || n %% %(senders)s || '@bench.test',
           now() AT TIME ZONE 'utc' - random() * %(days)s * interval '1 day'
    FROM generate_series(%(first)s, %(last)s) n
"""
SPOOL = """
    INSERT INTO mail_incoming (state, reason, email_from, email_normalized, res_model, res_id,
                               created_record, create_date, processed_at)
    SELECT 'done', 'created', 's' || n %% %(senders)s || '@bench.test',
           's' || n %% %(senders)s || '@bench.test', 'crm.lead', n, true,
           at.time, at.time
    FROM generate_series(%(first)s, %(last)s) n
    CROSS JOIN LATERAL (
        SELECT now() AT TIME ZONE 'utc' - random() * %(days)s * interval '1 day' + n * interval '0'
               AS time
    ) at
"""
thread = env["mail.thread"]  # noqa: F821


def say(line):
    sys.stdout.write(f"{line}\n")


def fill(first, last):
    values = {"first": first, "last": last, "senders": SENDERS, "days": DAYS}
    for statement in (LEADS, SPOOL):
        env.cr.execute(statement, values)  # noqa: F821
    env.cr.execute("ANALYZE crm_lead, mail_incoming")  # noqa: F821


def decide(number):
    sender = f"s{number}@bench.test"
    values = {"email_from": sender, "to": "leads@bench.test", "message_id": f"<{number}@bench>"}
    return thread._detect_loop_sender(None, values, [("crm.lead", 0, {}, 1, None)])


def milliseconds(policy, decisions):
    env["ir.config_parameter"].set_param(LOOP_POLICY_PARAMETER, policy)  # noqa: F821
    decide(0)
    taken = []
    for number in range(decisions):
        env.invalidate_all()  # noqa: F821
        begin = time.perf_counter()
        assert decide(number * 7919 % SENDERS) is False
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken)


def looping():
    """That the decision which is measured is the right one."""
    env.cr.execute(  # noqa: F821
        "UPDATE mail_incoming SET create_date = now() AT TIME ZONE 'utc' WHERE id IN ("
        "SELECT id FROM mail_incoming WHERE email_normalized = 's1@bench.test' LIMIT 20)"
    )
    return decide(1)


costs, filled = {}, 0
for size in SIZES:
    fill(filled + 1, size)
    filled = size
    costs[size] = (
        milliseconds("odoo", VANILLA_DECISIONS if size > 100_000 else DECISIONS),
        milliseconds("hold", DECISIONS),
    )
    say(f"{size:>9,} records: vanilla {costs[size][0]:.2f} ms, ours {costs[size][1]:.2f} ms")
small, large = SIZES
say(f"faster than vanilla: {costs[large][0] / costs[large][1]:.0f} times")
say(f"growth: {costs[large][1] / costs[small][1]:.2f} times its cost at {small:,}")
begin = time.perf_counter()
env["mail.incoming"]._loop_forecast(20, 120)  # noqa: F821
say(f"forecast of a threshold over {DAYS} days: {time.perf_counter() - begin:.2f} s")
assert looping()
env.cr.rollback()  # noqa: F821
