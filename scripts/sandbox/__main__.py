"""Run a sandbox until SIGTERM or SIGINT, or until the program that started it is gone."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from .sandbox import STATE_FILE, Sandbox
from .zone import DEFAULT_ZONES

PARENT_INTERVAL = 0.5
"""Seconds between two looks whether the parent process is still there."""


def main() -> int:
    options = _parse_arguments()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_args: ended.set())
    parent = None if options.detached else os.getppid()
    try:
        with Sandbox(options.state, options.zones) as sandbox:
            _run(sandbox, options.state / STATE_FILE, ended, parent)
    except (OSError, RuntimeError, ValueError) as error:
        print(f"The sandbox cannot run: {error}", file=sys.stderr)
        return 1
    return 0


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python3 -m scripts.sandbox", description=__doc__)
    parser.add_argument(
        "--state",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder for the certificate, the log and sandbox.json",
    )
    parser.add_argument(
        "--zones",
        type=Path,
        default=DEFAULT_ZONES,
        metavar="DIR",
        help="folder of NAME.zone files to answer DNS questions from",
    )
    parser.add_argument(
        "--detached", action="store_true", help="go on when the program that started it has ended"
    )
    return parser.parse_args()


def _run(sandbox: Sandbox, state_file: Path, ended: threading.Event, parent: int | None) -> None:
    """Tell where the sandbox is, and wait for the end."""
    text = json.dumps(sandbox.describe())
    draft = state_file.with_suffix(".tmp")
    draft.write_text(text + "\n")
    draft.replace(state_file)
    try:
        print(text, flush=True)
        while not ended.wait(PARENT_INTERVAL):
            if parent is not None and os.getppid() != parent:
                return
    finally:
        state_file.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main())
