"""`make verified` answers for exactly the tree whose tests passed."""

import subprocess

import pytest

from devtools import stamp
from devtools.errors import DevError
from devtools.layout import Layout


def git(checkout, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def layout(tmp_path):
    """A repository with one commit, one ignored file, and an empty cache."""
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / ".gitignore").write_text("ignored\n")
    (checkout / "file").write_text("one\n")
    git(checkout, "init", "-q")
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "one")
    (tmp_path / "cache").mkdir()
    return Layout(tmp_path / "cache", checkout)


def test_a_tree_is_not_verified_before_its_tests_passed(layout):
    with pytest.raises(DevError, match="have not passed for this tree yet"):
        stamp.require_verified(layout)


def test_files_tested_and_then_committed_are_verified(layout):
    (layout.checkout / "file").write_text("two\n")
    (layout.checkout / "new").write_text("new\n")
    stamp.write(layout, stamp.content_tree(layout.checkout))
    git(layout.checkout, "add", ".")
    git(layout.checkout, "commit", "-qm", "two")
    stamp.require_verified(layout)


def test_uncommitted_changes_are_not_verified(layout):
    stamp.write(layout, stamp.content_tree(layout.checkout))
    (layout.checkout / "new").write_text("new\n")
    with pytest.raises(DevError, match="not committed"):
        stamp.require_verified(layout)


def test_another_commit_is_not_verified(layout):
    stamp.write(layout, stamp.content_tree(layout.checkout))
    (layout.checkout / "file").write_text("two\n")
    git(layout.checkout, "commit", "-qam", "two")
    with pytest.raises(DevError, match="have not passed"):
        stamp.require_verified(layout)


def test_ignored_files_do_not_matter(layout):
    stamp.write(layout, stamp.content_tree(layout.checkout))
    (layout.checkout / "ignored").write_text("anything\n")
    stamp.require_verified(layout)


def test_looking_changes_nothing_in_the_repository(layout):
    (layout.checkout / "new").write_text("new\n")
    before = git(layout.checkout, "status", "--porcelain"), git(layout.checkout, "count-objects")
    stamp.content_tree(layout.checkout)
    after = git(layout.checkout, "status", "--porcelain"), git(layout.checkout, "count-objects")
    assert after == before


def test_outside_a_repository_there_is_nothing_to_verify(tmp_path):
    with pytest.raises(DevError, match="not a git repository"):
        stamp.require_verified(Layout(tmp_path, tmp_path))
