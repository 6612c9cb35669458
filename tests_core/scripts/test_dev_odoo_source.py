"""The developer script finds the right Odoo, or says what is wrong with the one it found."""

import subprocess

import pytest

from devtools import odoo_source
from devtools.errors import DevError
from devtools.odoo_source import OdooMissing, find, parse_release

RELEASE = """
RELEASE_LEVELS = [ALPHA, FINAL] = ['alpha', 'final']
version_info = ({series}, 0, FINAL, 0, '')
version = '.'.join(str(s) for s in version_info[:2])
MIN_PY_VERSION = (3, 10)
MAX_PY_VERSION = (3, 13)
MIN_PG_VERSION = 13
raise SystemExit("a release file must be read, not run")
"""


def make_odoo(home, series="19, 0"):
    (home / "odoo").mkdir(parents=True)
    (home / "odoo/release.py").write_text(RELEASE.format(series=series))
    return home


@pytest.fixture
def places(tmp_path, monkeypatch):
    """A checkout, a cache and a home with nothing of the real machine in sight."""
    checkout = tmp_path / "work/checkout"
    checkout.mkdir(parents=True)
    monkeypatch.setattr(odoo_source, "REPOSITORY", str(tmp_path / "nowhere"))
    monkeypatch.setattr(odoo_source, "SYSTEM_PLACES", (tmp_path / "opt/odoo",))
    environ = {"HOME": str(tmp_path / "home")}
    return tmp_path / "cache", environ, checkout


def test_a_release_is_read_without_running_it():
    release = parse_release(RELEASE.format(series="19, 0"))
    assert release.series == (19, 0)
    assert (release.min_python, release.max_python) == ((3, 10), (3, 13))
    assert release.min_postgres == 13


def test_a_release_of_a_rolling_series_is_not_taken_for_another():
    assert parse_release(RELEASE.format(series="'saas~19', 2")).series == ("saas~19", 2)


def test_the_cache_comes_before_the_neighbours_and_the_home(places):
    cache, _environ, checkout = places
    make_odoo(checkout.parent / "odoo")
    in_cache = make_odoo(cache / "odoo-19.0")
    assert find(*places).home == in_cache


def test_an_odoo_of_another_series_is_passed_over(places, tmp_path):
    _cache, _environ, checkout = places
    make_odoo(checkout.parent / "odoo", "18, 0")
    at_home = make_odoo(tmp_path / "home/odoo")
    assert find(*places).home == at_home


def test_a_chosen_odoo_comes_first(places, tmp_path):
    cache, environ, checkout = places
    make_odoo(cache / "odoo-19.0")
    chosen = make_odoo(tmp_path / "chosen")
    assert find(cache, environ | {"ODOO_HOME": str(chosen)}, checkout).home == chosen


def test_a_chosen_odoo_of_another_series_is_an_error(places, tmp_path):
    cache, environ, checkout = places
    make_odoo(cache / "odoo-19.0")
    chosen = make_odoo(tmp_path / "chosen", "18, 0")
    with pytest.raises(DevError, match=r"an Odoo 18\.0; this addon is for 19\.0.*unset it"):
        find(cache, environ | {"ODOO_HOME": str(chosen)}, checkout)


def test_a_chosen_odoo_that_is_not_there_is_an_error(places, tmp_path):
    cache, environ, checkout = places
    with pytest.raises(DevError, match=r"no odoo/release\.py"):
        find(cache, environ | {"ODOO_HOME": str(tmp_path / "empty")}, checkout)


def test_no_odoo_anywhere_says_what_was_found_and_where_to_put_one(places):
    cache, _environ, checkout = places
    make_odoo(checkout.parent / "odoo", "18, 0")
    with pytest.raises(OdooMissing, match=r"odoo is 18\.0\. Set ODOO_HOME") as caught:
        find(*places)
    assert str(cache / "odoo-19.0") in str(caught.value)
    assert not cache.exists()


def test_an_odoo_is_cloned_when_its_repository_can_be_reached(places, tmp_path, monkeypatch):
    cache, _environ, _checkout = places
    cache.mkdir()
    source = make_odoo(tmp_path / "upstream")
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
    for command in (["init", "-q", "-b", "19.0"], ["add", "."], [*identity, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=source, check=True)
    monkeypatch.setattr(odoo_source, "REPOSITORY", f"file://{source}")
    found = find(*places)
    assert found.home == cache / "odoo-19.0"
    assert found.release.series == (19, 0)
    assert [path.name for path in cache.iterdir()] == ["odoo-19.0"]
