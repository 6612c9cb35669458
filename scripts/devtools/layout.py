"""Where things are: the checkout, the cache, and what each checkout keeps in the cache.

Everything that is made lives in the cache, never in the checkout. Two checkouts share Odoo, the
virtual environments and the database server, and nothing else.
"""

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import DevError

ADDON = "email_communication"
CHECKOUT = Path(__file__).resolve().parents[2]
ROOT_CACHE = Path("/var/tmp/email_communication-dev")
# A virtual environment, a database cluster and a browser take about 2.5 GB together.
NEEDED_DISK_BYTES = 3 * 1024**3
# The last few runs of all tiers: enough to compare a failure with the run before it.
KEPT_LOGS = 60


def cache_path(environ: Mapping[str, str], is_root: bool) -> Path:
    """The cache directory: DEV_CACHE, else root's own, else the XDG one."""
    if chosen := environ.get("DEV_CACHE"):
        return Path(chosen).expanduser().absolute()
    if is_root:
        return ROOT_CACHE
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".cache"
    return Path(base) / ADDON


def checkout_key(checkout: Path) -> str:
    """A short name that differs between any two checkouts on this machine."""
    return hashlib.sha256(os.fsencode(checkout)).hexdigest()[:10]


@dataclass(frozen=True)
class Layout:
    """Paths of one checkout and of the cache it uses."""

    cache: Path
    checkout: Path = CHECKOUT

    @property
    def key(self) -> str:
        return checkout_key(self.checkout)

    @property
    def own(self) -> Path:
        """What this checkout alone keeps in the cache."""
        return self.cache / "checkouts" / self.key

    @property
    def logs(self) -> Path:
        return self.own / "logs"

    def log(self, name: str, kind: str = "log") -> Path:
        """A file of this run alone, as two runs in one checkout are allowed."""
        return self.logs / f"{name}-{os.getpid()}.{kind}"

    @property
    def screenshots(self) -> Path:
        return self.own / "screenshots"

    @property
    def addons(self) -> Path:
        """The directory on Odoo's addons path that holds this checkout under its real name."""
        return self.own / "addons"

    @property
    def data(self) -> Path:
        """Odoo's data directory, shared because databases made from a template share files."""
        return self.cache / "data"

    @property
    def locks(self) -> Path:
        return self.cache / "locks"

    def prepare(self) -> None:
        """Makes the directories, or says why the cache cannot be used."""
        try:
            for path in (self.logs, self.screenshots, self.addons, self.data, self.locks):
                path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DevError(
                f"The cache {self.cache} cannot be written ({error.strerror}). "
                "Set DEV_CACHE to a directory of yours and try again."
            ) from error
        link_addon(self.addons / ADDON, self.checkout)
        logs = sorted(self.logs.iterdir(), key=lambda path: path.stat().st_mtime)
        for path in logs[:-KEPT_LOGS]:
            path.unlink(missing_ok=True)

    def require_disk(self) -> None:
        """Promises room for a set-up, so that it does not stop half-way."""
        free = shutil.disk_usage(self.cache).free
        if free < NEEDED_DISK_BYTES:
            raise DevError(
                f"The disk of {self.cache} has {free // 1024**2} MB free and setting up needs "
                f"{NEEDED_DISK_BYTES // 1024**2} MB. Free some room, or set DEV_CACHE to a "
                "directory on another disk."
            )


def link_addon(link: Path, checkout: Path) -> None:
    """Puts the checkout on an addons path, whatever its folder is called."""
    if link.is_symlink() and link.readlink() == checkout:
        return
    fresh = link.with_name(f"{link.name}.{os.getpid()}")
    fresh.symlink_to(checkout)
    fresh.replace(link)
