#!/usr/bin/env python3
"""Hands a mail from the standard input to Odoo, and has the mail server try again if that fails.

It stands in for odoo-mailgate.py and takes the same options. That one exits with 70 when anything
goes wrong, which makes Postfix bounce the mail; this one exits with 75 (EX_TEMPFAIL of
sysexits.h), so that the mail waits in the queue of the mail server. Only what waiting cannot help
is refused: options that nobody knows, and an address that Odoo refuses.

In /etc/aliases:

    odoo: "|/path/to/email-communication-mailgate.py -d DATABASE -u 2 --password-file=FILE"

The key in FILE, readable by the mail server's user only, is a password or an API key.
"""

import argparse
import os
import sys
import xmlrpc.client

EX_USAGE, EX_NOUSER, EX_TEMPFAIL = 64, 67, 75
TIMEOUT_SECONDS = 600
"""Postfix itself gives a command 1000 seconds (command_time_limit)."""


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(EX_USAGE, f"{message}\n")


def parse(arguments):
    parser = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-d", "--database", default="odoo")
    parser.add_argument("-u", "--userid", type=int, default=1)
    parser.add_argument("-p", "--password", default="admin")
    parser.add_argument("--password-file", help="better than a password that `ps` shows")
    parser.add_argument("--host", default="localhost")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--proto", choices=("http", "https"), default="http")
    parser.add_argument("--retry-status", action="store_true", help="always so; for compatibility")
    parser.add_argument("--debug", action="store_true", help="say what went wrong")
    return parser.parse_args(arguments)


class Transport(xmlrpc.client.Transport):
    def make_connection(self, host):
        connection = super().make_connection(host)
        connection.timeout = TIMEOUT_SECONDS
        return connection


class SafeTransport(xmlrpc.client.SafeTransport):
    def make_connection(self, host):
        connection = super().make_connection(host)
        connection.timeout = TIMEOUT_SECONDS
        return connection


def deliver(options, raw):
    password = options.password
    if options.password_file:
        with open(options.password_file, encoding="utf-8") as file:
            password = file.read().strip()
    url = f"{options.proto}://{options.host}:{options.port}/xmlrpc/2/object"
    transport = SafeTransport() if options.proto == "https" else Transport()
    with xmlrpc.client.ServerProxy(url, transport=transport, allow_none=True) as server:
        server.execute_kw(
            options.database,
            options.userid,
            password,
            "mail.thread",
            "message_process",
            [False, xmlrpc.client.Binary(raw)],
            {},
        )


def main(arguments=None):
    options = parse(arguments)
    try:
        deliver(options, sys.stdin.buffer.read())
    except xmlrpc.client.Fault as fault:
        # What Odoo says when the administrator wants unknown addresses refused.
        if "No possible route" in fault.faultString:
            return say(EX_NOUSER, "Odoo knows no such address.")
        return say(EX_TEMPFAIL, fault.faultString.splitlines()[-1] if options.debug else "")
    except Exception as error:  # noqa: BLE001 - whatever it is, the mail must not be bounced
        return say(EX_TEMPFAIL, f"{type(error).__name__}: {error}" if options.debug else "")
    return os.EX_OK


def say(status, text):
    """The output may end in a mail to the sender, so it tells nothing by itself."""
    sys.stderr.write(f"{text or 'Odoo could not take the mail now.'}\n")
    return status


if __name__ == "__main__":
    sys.exit(main())
