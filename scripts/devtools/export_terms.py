"""Writes the translation template; runs inside `odoo-bin shell`, which provides `env`."""

import os
from io import BytesIO
from pathlib import Path

from odoo.tools.translate import trans_export


def main(env):
    buffer = BytesIO()
    trans_export(None, ["email_communication"], buffer, "po", env)
    # Dates would make a difference where there is none.
    lines = [line for line in buffer.getvalue().splitlines(True) if b"-Date: " not in line]
    Path(os.environ["EC_TEMPLATE"]).write_bytes(b"".join(lines))


main(env)  # noqa: F821 - a global of Odoo's shell
