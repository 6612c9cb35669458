"""Databases and their files, through the psycopg2 of Odoo's virtual environment."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import DevError
from .process import output_of

# One statement in autocommit, as CREATE DATABASE wants it; prints the first column.
STATEMENT = """
import sys, psycopg2
connection = psycopg2.connect(dbname=sys.argv[1])
connection.autocommit = True
cursor = connection.cursor()
cursor.execute(sys.argv[2])
for row in cursor.fetchall() if cursor.description else ():
    print(row[0])
"""


@dataclass(frozen=True)
class Databases:
    """The databases of one server together with Odoo's files for them."""

    python: Path
    environment: Mapping[str, str]
    data: Path

    def execute(self, statement: str, database: str = "postgres") -> list[str]:
        """Runs one statement; the first column of what it returns, as text."""
        environ = {**os.environ, **self.environment}
        try:
            output = output_of([self.python, "-c", STATEMENT, database, statement], env=environ)
        except subprocess.CalledProcessError as error:
            reasons = [line for line in error.stderr.splitlines() if line.startswith("psycopg2.")]
            reason = reasons[0].partition(": ")[2] if reasons else error.stderr.strip()
            raise DevError(
                f"The database server refused a request ({reason}). Check PGHOST and PGUSER, "
                "or unset PGHOST to use a private server."
            ) from error
        return output.splitlines()

    def files(self, name: str) -> Path:
        return self.data / "filestore" / name

    def names(self, prefix: str) -> list[str]:
        found = self.execute("SELECT datname FROM pg_database")
        return [name for name in found if name.startswith(prefix)]

    def exists(self, name: str) -> bool:
        return name in self.names(name)

    def require_version(self, oldest: int) -> None:
        version = int(self.execute("SHOW server_version_num")[0]) // 10000
        if version < oldest:
            raise DevError(
                f"The database server is PostgreSQL {version} and Odoo 19.0 needs {oldest} or "
                "newer. Set PGHOST to a newer one, or unset it to use a private server."
            )

    def copy(self, source: str, target: str) -> None:
        """A copy at the speed of the disk; attachments are linked, as they never change."""
        self.drop(target)
        self.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}"')
        if self.files(source).exists():
            shutil.copytree(self.files(source), self.files(target), copy_function=os.link)

    def rename(self, source: str, target: str) -> None:
        self.execute(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
        shutil.rmtree(self.files(target), ignore_errors=True)
        if self.files(source).exists():
            self.files(source).replace(self.files(target))

    def drop(self, name: str) -> None:
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        shutil.rmtree(self.files(name), ignore_errors=True)
