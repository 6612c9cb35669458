"""What a user installs is the addon and nothing else, and an earlier version comes from history."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from devtools import dist, upgrade
from devtools.errors import DevError

ROOT = Path(__file__).parents[2]


def git(checkout, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=checkout, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def checkout(tmp_path):
    """A repository of this addon's own files, committed."""
    copy = tmp_path / "checkout"
    left_out = shutil.ignore_patterns(".git", ".hypothesis", "dist", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=left_out)
    git(copy, "init", "-q")
    git(copy, "add", ".")
    git(copy, "commit", "-qm", "one")
    return copy


def contents(packed):
    with zipfile.ZipFile(packed) as opened:
        return {name for name in opened.namelist() if not name.endswith("/")}


def test_the_zip_has_what_odoo_loads_and_nothing_of_ours(checkout, tmp_path):
    packed = dist.build(checkout, tmp_path)
    assert packed.name == f"email_communication-{dist.version(ROOT)}.zip"
    parts = [Path(name).parts for name in contents(packed)]
    assert {first for first, *_rest in parts} == {"email_communication"}
    top = {second for _first, second, *_rest in parts}
    assert {"__manifest__.py", "README.md", "LICENSE", "CHANGELOG.md", "core", "i18n"} <= top
    assert top.isdisjoint({"scripts", "bench", "Makefile", "pyproject.toml", "dist"})
    assert not [path for path in parts if any(part.startswith(("test", ".")) for part in path)]


def test_the_zip_has_the_tracked_files_as_they_are_now(checkout, tmp_path, capsys):
    (checkout / "README.md").write_text("changed\n")
    (checkout / "models/added.py").touch()
    (checkout / "models/nobody_knows_it.py").touch()
    git(checkout, "add", "models/added.py")
    before = git(checkout, "status", "--porcelain")
    packed = dist.build(checkout, tmp_path)
    assert "not committed" in capsys.readouterr().out
    assert git(checkout, "status", "--porcelain") == before
    with zipfile.ZipFile(packed) as opened:
        assert opened.read("email_communication/README.md") == b"changed\n"
    assert "email_communication/models/added.py" in contents(packed)
    assert "email_communication/models/nobody_knows_it.py" not in contents(packed)


def test_outside_a_repository_nothing_is_packed(tmp_path):
    shutil.copy(ROOT / "__manifest__.py", tmp_path)
    with pytest.raises(DevError, match="is not a git repository"):
        dist.build(tmp_path, tmp_path)
    assert not list(tmp_path.glob("*.zip"))


@pytest.fixture
def landed(checkout):
    """The first commit of the checkout, which has a second one now."""
    commit = git(checkout, "rev-parse", "HEAD").strip()
    (checkout / "models/later.py").touch()
    git(checkout, "add", ".")
    git(checkout, "commit", "-qm", "two")
    return commit


def test_an_earlier_version_comes_from_the_history(checkout, landed, tmp_path):
    addons = upgrade.addon_of(checkout, landed, tmp_path)
    assert (addons / "email_communication/__manifest__.py").exists()
    assert not (addons / "email_communication/models/later.py").exists()


def test_a_history_that_is_cut_off_is_said(checkout, landed, tmp_path):
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{checkout}", "shallow")
    sentence = f"does not reach back to commit {landed[:7]}.*git fetch --unshallow"
    with pytest.raises(DevError, match=sentence):
        upgrade.addon_of(tmp_path / "shallow", landed, tmp_path)
