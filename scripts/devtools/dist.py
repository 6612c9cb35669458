"""`make dist`: the addon as a user installs it, in one zip.

It is made of the files that git tracks; `.gitattributes` names those it leaves out.
"""

import argparse
import ast
import subprocess
import zipfile
from pathlib import Path

from .console import say
from .errors import DevError
from .layout import ADDON, Layout
from .odoo_log import judge
from .odoo_run import INSTALLED, Runner
from .process import output_of
from .tiers import Result, Status

# Installing the addon and what it depends on takes 30 s on 2 cores.
INSTALL_SECONDS = 600
# `git stash create` makes a commit, which wants an author.
IDENTITY = ("-c", f"user.name={ADDON}", "-c", f"user.email={ADDON}@localhost")


def command(layout: Layout, _options: argparse.Namespace) -> int:
    folder = layout.checkout / "dist"
    folder.mkdir(exist_ok=True)
    made = build(layout.checkout, folder)
    say(f"Written: {made} ({made.stat().st_size // 1024} kB)")
    return 0


def build(checkout: Path, folder: Path) -> Path:
    """Packs the tracked files as they are now, committed or not."""
    target = folder / f"{ADDON}-{version(checkout)}.zip"
    archive(checkout, _tracked(checkout), target)
    return target


def version(checkout: Path) -> str:
    text = (checkout / "__manifest__.py").read_text(encoding="utf-8")
    return ast.literal_eval(text)["version"]


def archive(checkout: Path, commit: str, target: Path) -> None:
    """Writes a zip whose one folder is the addon as it is in a commit."""
    git(checkout, "archive", "--format=zip", f"--prefix={ADDON}/", f"--output={target}", commit)


def git(checkout: Path, *arguments: str) -> str:
    """What git answers; where it refuses, its own words say why."""
    try:
        return output_of(["git", *IDENTITY, "-C", checkout, *arguments])
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", error)
        raise DevError(f"git {arguments[0]} failed in {checkout}: {str(reason).strip()}") from error


def unpack(archived: Path, folder: Path) -> Path:
    """Makes `folder` a directory for Odoo's addons path that holds the addon."""
    with zipfile.ZipFile(archived) as opened:
        opened.extractall(folder)
    return folder


def _tracked(checkout: Path) -> str:
    """A commit of the tracked files as they are; HEAD where nothing has changed."""
    if not (checkout / ".git").exists():
        raise DevError(f"{checkout} is not a git repository, so nothing says what belongs in it.")
    changed = git(checkout, "stash", "create")
    if changed:
        say("Changes that are not committed yet are in it too.")
    return changed or "HEAD"


def tier(runner: Runner) -> Result:
    """The zip does what a user wants of it: it installs where there is nothing but base."""
    log = runner.layout.log("dist")
    with runner.scratch() as folder:
        addons = unpack(build(runner.layout.checkout, folder), folder / "addons")
        packed = runner.with_addons(addons)
        with packed.copy_of(packed.template(("base",))) as database:
            status = packed.once(database, log, INSTALL_SECONDS, f"--init={ADDON}", "--no-http")
            state = packed.state(database)
    errors = judge(log.read_text(encoding="utf-8", errors="replace")).errors
    for text in errors:
        say(text)
    if status != 0 or state != INSTALLED or errors:
        detail = f"the addon is {state} after installing the zip; the log is {log}"
        return Result("dist", Status.FAILED, detail, 1, 1)
    return Result("dist", Status.PASSED, "the zip installs in an empty database", 1)
