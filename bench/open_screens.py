"""How long Settings, alias domains and servers take to open, without the browser's share.

Run it in `odoo-bin shell` of a database with this addon and of one without, and compare:

    odoo-bin shell -d DATABASE --no-http < bench/open_screens.py

Each screen is opened as the web client does it: the views, then the records. Everything the script
makes is rolled back.
"""

import statistics
import sys
import time

from lxml import etree

ROUNDS = 30
ALIAS_DOMAINS = 30
SERVERS = 20


def main(env):
    env = env(user=env.ref("base.user_admin"))
    populate(env)
    measure("Settings", lambda: open_settings(env))
    for model in ("mail.alias.domain", "ir.mail_server", "fetchmail.server"):
        for view_type in ("list", "form"):
            measure(f"{model}, {view_type}", lambda m=model, t=view_type: open_records(env[m], t))
    env.cr.rollback()


def populate(env):
    names = [f"d{number}.test" for number in range(ALIAS_DOMAINS)]
    env["mail.alias.domain"].create([{"name": name} for name in names])
    env["ir.mail_server"].create(
        [
            {"name": name, "smtp_host": "smtp.example.com", "from_filter": name}
            for name in names[:SERVERS]
        ]
    )
    env["fetchmail.server"].create({"name": "Mailbox", "server": "imap.example.com"})
    env.flush_all()


def measure(screen, open_screen):
    open_screen()
    seconds = []
    for _round in range(ROUNDS):
        start = time.perf_counter()
        open_screen()
        seconds.append(time.perf_counter() - start)
    sys.stdout.write(f"{screen:<26} {statistics.median(seconds) * 1000:7.1f} ms\n")


def open_settings(env):
    env.invalidate_all()
    settings = env["res.config.settings"]
    views = settings.get_views([(False, "form"), (False, "search")])["views"]
    settings.onchange({}, [], specification(settings, views["form"]["arch"]))


def open_records(model, view_type):
    model.env.invalidate_all()
    views = model.get_views([(False, "list"), (False, "form"), (False, "search")])["views"]
    fields = specification(model, views[view_type]["arch"])
    if view_type == "list":
        model.web_search_read([], fields, limit=80)
    else:
        model.search([], limit=1).web_read(fields)


def specification(model, arch):
    """The fields of a view as the web client asks for them, those of embedded lists left out."""
    found = {}
    for node in etree.fromstring(arch).iter("field"):
        name = node.get("name")
        if name in model._fields and not any(up.tag == "field" for up in node.iterancestors()):
            relational = model._fields[name].relational
            found[name] = {"fields": {"display_name": {}}} if relational else {}
    return found


main(env)  # noqa: F821 - the shell provides it
