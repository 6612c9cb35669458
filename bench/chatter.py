"""What a chatter costs beside vanilla: 30 messages with 5 notifications by e-mail each.

    VANILLA=DATABASE odoo-bin shell -d DATABASE_WITH_ADDON --no-http < bench/chatter.py

with two databases that differ in the addon only, of which one may be a copy of the other made
before it was installed. Nothing is kept. Rounds alternate between the two in one process; each
makes what the web client asks for when a record is opened, in a new environment. Printed are the
medians of time and statements, and the size of the answer. Wanted: at most 1.05 times vanilla.

The number of rounds is ROUNDS, by default 200.
"""

import json
import os
import statistics
import sys
import time

from odoo import SUPERUSER_ID, api
from odoo.addons.mail.tools.discuss import Store
from odoo.modules.registry import Registry

ROUNDS = int(os.environ.get("ROUNDS", "200"))
MESSAGES, RECIPIENTS = 30, 5
TARGET = 1.05
NAMES = ("vanilla", "ours")


def prepare(env):
    """A record whose messages have gone out by e-mail."""
    record, *partners = env["res.partner"].create(
        [{"name": f"Partner {n}", "email": f"p{n}@one.test"} for n in range(RECIPIENTS + 1)]
    )
    for number in range(MESSAGES):
        message = env["mail.message"].create(
            {
                "model": record._name,
                "res_id": record.id,
                "message_type": "comment",
                "subtype_id": env.ref("mail.mt_comment").id,
                "body": f"<p>Message {number}</p>",
            }
        )
        for partner in partners:
            notify(env, message, partner)
    env.flush_all()
    return record


def notify(env, message, partner):
    env["mail.notification"].create(
        {
            "mail_message_id": message.id,
            "res_partner_id": partner.id,
            "notification_type": "email",
            "notification_status": "sent",
        }
    )
    if "mail.delivery" in env:
        env["mail.delivery"].create(
            {
                "mail_message_id_int": message.id,
                "mail_mail_id_int": message.id,
                "res_partner_id_int": partner.id,
                "email": partner.email,
                "state": "accepted",
                "server_name": "Server",
                "sender_rule": "domain",
            }
        )


def read_chatter(env, record):
    """What the web client asks for, in an environment that has read nothing yet."""
    env.invalidate_all()
    statements, start = env.cr.sql_log_count, time.perf_counter()
    messages = env["mail.message"]._message_fetch(domain=None, thread=record, limit=MESSAGES)
    answer = json.dumps(Store().add(messages["messages"]).get_result(), default=str)
    return time.perf_counter() - start, env.cr.sql_log_count - statements, len(answer)


def main():
    registries = (Registry(os.environ["VANILLA"]), env.registry)  # noqa: F821
    with registries[0].cursor() as vanilla, registries[1].cursor() as ours:
        envs = [api.Environment(cr, SUPERUSER_ID, {}) for cr in (vanilla, ours)]
        records = [prepare(one) for one in envs]
        for number in range(2):
            has_addon = "mail.delivery" in envs[number]
            assert has_addon == bool(number), f"{NAMES[number]} is not what it is called"
        results = ([], [])
        for number in range(2 * ROUNDS + 10):
            result = read_chatter(envs[number % 2], records[number % 2])
            if number >= 10:  # the first ones warm the caches
                results[number % 2].append(result)
        vanilla.rollback()
        ours.rollback()
    medians = [
        [statistics.median(column) for column in zip(*rows, strict=True)] for rows in results
    ]
    for name, (seconds, statements, size) in zip(NAMES, medians, strict=True):
        sys.stdout.write(
            f"{name:8} {1000 * seconds:6.2f} ms, {statements:.0f} statements, "
            f"{size:.0f} characters\n"
        )
    in_time, _statements, in_size = (mine / odoo for odoo, mine in zip(*medians, strict=True))
    sys.stdout.write(
        f"{in_time:.3f} times vanilla in time, {in_size:.3f} in size; at most {TARGET} is wanted\n"
    )


main()
