"""Remembers for which git trees the Odoo tests passed.

The tree is the one `git commit` would make of the files as they are, so that committing after a
test changes nothing. It is computed beside the repository, which is left as it is.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from .errors import DevError
from .layout import Layout
from .process import output_of


def content_tree(checkout: Path) -> str | None:
    """The tree of the working files, ignored ones left out; None outside a git repository."""
    try:
        index = _git(checkout, "rev-parse", "--git-path", "index")
        objects = _git(checkout, "rev-parse", "--git-path", "objects")
        with tempfile.TemporaryDirectory() as scratch:
            if (checkout / index).exists():
                shutil.copy(checkout / index, Path(scratch) / "index")
            environ = {
                "GIT_INDEX_FILE": str(Path(scratch) / "index"),
                "GIT_OBJECT_DIRECTORY": scratch,
                "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((checkout / objects).absolute()),
            }
            _git(checkout, "add", "--all", **environ)
            return _git(checkout, "write-tree", **environ)
    except (OSError, subprocess.CalledProcessError):
        return None


def _git(checkout: Path, *arguments: str, **environ: str) -> str:
    return output_of(["git", *arguments], cwd=checkout, env=os.environ | environ)


def write(layout: Layout, tree: str) -> None:
    """Says that the Odoo tests passed for a tree."""
    (layout.cache / "verified").mkdir(exist_ok=True)
    (layout.cache / "verified" / tree).touch()


def require_verified(layout: Layout) -> None:
    """Returns when the Odoo tests passed for exactly the committed tree; else says why not."""
    tree = content_tree(layout.checkout)
    if tree is None:
        raise DevError("This is not a git repository, so there is no tree to have been verified.")
    try:
        committed = _git(layout.checkout, "rev-parse", "HEAD^{tree}")
    except subprocess.CalledProcessError:
        raise DevError("Nothing is committed yet. Commit, then run: make test") from None
    if tree != committed:
        raise DevError("There are changes that are not committed. Commit them, then: make test")
    if not (layout.cache / "verified" / tree).exists():
        raise DevError("The Odoo tests have not passed for this tree yet. Run: make test")
