"""What the developer script makes is whole or not there."""

import multiprocessing
from pathlib import Path

import pytest

from devtools import system
from devtools.files import is_complete, locked, made_in_place, made_whole
from devtools.layout import ROOT_CACHE, Layout, cache_path, link_addon


class Interrupted(Exception):
    """Stands for Ctrl-C or a full disk."""


def test_an_interrupted_directory_leaves_nothing(tmp_path):
    with pytest.raises(Interrupted), made_whole(tmp_path / "odoo") as fresh:
        fresh.mkdir()
        (fresh / "half").touch()
        raise Interrupted
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path):
    (tmp_path / "odoo.tmp-1").mkdir()
    with made_whole(tmp_path / "odoo") as fresh:
        fresh.mkdir()
    assert [path.name for path in tmp_path.iterdir()] == ["odoo"]


def test_an_interrupted_environment_leaves_nothing(tmp_path):
    with pytest.raises(Interrupted), made_in_place(tmp_path / "venv") as path:
        path.mkdir()
        raise Interrupted
    assert list(tmp_path.iterdir()) == []


def test_an_environment_that_a_killed_run_left_is_made_anew(tmp_path):
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv/half").touch()
    assert not is_complete(tmp_path / "venv")
    with made_in_place(tmp_path / "venv") as path:
        path.mkdir()
    assert is_complete(tmp_path / "venv")
    assert not (tmp_path / "venv/half").exists()


def _hold(lock: Path, note: Path) -> None:
    with locked(lock):
        note.write_text("got it")


def test_a_second_run_waits_for_the_first(tmp_path):
    lock, note = tmp_path / "lock", tmp_path / "note"
    with locked(lock):
        other = multiprocessing.get_context("spawn").Process(target=_hold, args=(lock, note))
        other.start()
        other.join(0.5)
        assert not note.exists()
    other.join(10)
    assert note.read_text() == "got it"


@pytest.mark.parametrize(
    ("environ", "is_root", "expected"),
    [
        ({"DEV_CACHE": "/a", "XDG_CACHE_HOME": "/b", "HOME": "/c"}, True, Path("/a")),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, True, ROOT_CACHE),
        ({"XDG_CACHE_HOME": "/b", "HOME": "/c"}, False, Path("/b/email_communication")),
        ({"HOME": "/c"}, False, Path("/c/.cache/email_communication")),
    ],
)
def test_the_cache_is_where_the_readme_says(environ, is_root, expected):
    assert cache_path(environ, is_root) == expected


def test_two_checkouts_keep_apart_in_one_cache(tmp_path):
    first, second = Layout(tmp_path, Path("/a/odoo")), Layout(tmp_path, Path("/b/odoo"))
    assert first.own != second.own


def test_the_addon_is_found_under_its_name_whatever_the_folder_is_called(tmp_path):
    (tmp_path / "some-folder").mkdir()
    link = tmp_path / "email_communication"
    link.symlink_to("/nowhere")
    link_addon(link, tmp_path / "some-folder")
    assert link.resolve() == tmp_path / "some-folder"


@pytest.mark.parametrize("earlier", [None, "#!/bin/sh\nexit 0\n"])
def test_services_are_kept_from_starting_only_while_packages_install(
    tmp_path, monkeypatch, earlier
):
    policy = tmp_path / "policy-rc.d"
    if earlier:
        policy.write_text(earlier)
    monkeypatch.setattr(system, "POLICY", policy)
    with pytest.raises(Interrupted), system.no_service_starts():
        assert "exit 101" in policy.read_text()
        raise Interrupted
    assert (policy.read_text() if policy.exists() else None) == earlier
    assert len(list(tmp_path.iterdir())) == bool(earlier)
