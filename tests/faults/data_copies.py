"""Where a shop's data lie, and how they are copied, lost and brought back, on either database."""

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import NullPool, create_engine, make_url, text

from shop import backup, erasures
from shop.db import Database
from shop.dedications.vault import Vault


class ShopData(ABC):
    """A shop's database and its key store. A copy is known by its name."""

    url: str
    keys_url: str
    database: Database
    vault: Vault

    def start(self) -> None:
        """What `create_app` does before it serves a page."""
        erasures.catch_up(self.database, self.vault)

    def forget_keys(self) -> None:
        """The disk with the keys breaks."""
        self.vault.keys.dispose()
        self._drop_keys()
        self.vault.keys._opened = None

    @abstractmethod
    def begin_here(self) -> None:
        """Let every history begin with the database as it is now."""

    @abstractmethod
    def fresh(self) -> None:
        """Begin again with a furnished database, no key and no copy."""

    @abstractmethod
    def backup(self) -> str:
        """Copy the database as the README says."""

    @abstractmethod
    def replicate(self) -> str:
        """Copy it as a replica or a disk's snapshot would, log and all."""

    @abstractmethod
    def bring_back(self, copy: str) -> None:
        """Put a copy in the database's place, and start the shop."""

    @abstractmethod
    def opened(self, copy: str) -> AbstractContextManager[Database]:
        """A copy in somebody's hands."""

    @abstractmethod
    def content(self) -> bytes:
        """Every byte that can be read in the database and its log."""

    @abstractmethod
    def key_content(self) -> bytes:
        """The same of the key store."""

    @abstractmethod
    def close(self) -> None:
        """Leave nothing behind."""

    @abstractmethod
    def _drop_keys(self) -> None: ...


class SqliteData(ShopData):
    def __init__(self, folder: Path, template: Path) -> None:
        self.folder, self.template = folder, template
        self.live = folder / "shop.db"
        self.url = f"sqlite:///{self.live}"
        self.keys_url = f"sqlite:///{folder / 'keys' / 'keys.db'}"
        self.count = 0
        self._take(template)

    def begin_here(self) -> None:
        self.template = self.folder / "template.db"
        backup.write(self.database, self.template)

    def fresh(self) -> None:
        self.database.dispose()
        self.forget_keys()
        self._take(self.template)
        for copy in self.folder.glob("copy-*"):
            copy.unlink()

    def backup(self) -> str:
        self.count += 1
        file = self.folder / f"copy-{self.count}.db"
        backup.write(self.database, file)
        return str(file)

    def replicate(self) -> str:
        self.count += 1
        file = self.folder / f"copy-{self.count}.db"
        for end in ("", "-wal"):
            if (source := self.folder / f"shop.db{end}").exists():
                shutil.copy(source, f"{file}{end}")
        return str(file)

    def bring_back(self, copy: str) -> None:
        if Path(f"{copy}-wal").exists():
            self.database.dispose()
            self._take(Path(copy))
            self.start()
        else:
            backup.restore(self.database, self.vault, Path(copy), replace=True)

    @contextmanager
    def opened(self, copy: str) -> Iterator[Database]:
        scratch = self.folder / "scratch.db"
        for end in ("", "-wal"):
            if Path(f"{copy}{end}").exists():
                shutil.copy(f"{copy}{end}", f"{scratch}{end}")
        database = Database(f"sqlite:///{scratch}")
        yield database
        database.dispose()
        for left in self.folder.glob("scratch.db*"):
            left.unlink()

    def close(self) -> None:
        for left in self.folder.glob("*.db*"):
            left.unlink()

    def content(self) -> bytes:
        return b"".join(file.read_bytes() for file in self.folder.glob("shop.db*"))

    def key_content(self) -> bytes:
        return b"".join(file.read_bytes() for file in (self.folder / "keys").glob("*.db*"))

    def _take(self, file: Path) -> None:
        for left in self.folder.glob("shop.db*"):
            left.unlink()
        for end in ("", "-wal"):
            if Path(f"{file}{end}").exists():
                shutil.copy(f"{file}{end}", f"{self.live}{end}")

    def _drop_keys(self) -> None:
        for left in (self.folder / "keys").glob("*.db*"):
            left.unlink()


class PostgresData(ShopData):
    """Copies are made from the database as a template, which copies its files; they are read by SQL."""

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self.url, self.keys_url = self._url("gone_live"), self._url("gone_keys")
        self.copies: list[str] = []
        self._create("gone_live", template)
        self._create("gone_keys", "template1")

    def begin_here(self) -> None:
        self.database.dispose()
        self.template = "gone_template"
        self._create(self.template, "gone_live")

    def fresh(self) -> None:
        self.forget_keys()
        for copy in self.copies:
            self._drop(copy)
        self.copies = []
        self._replace("gone_live", self.template)

    def backup(self) -> str:
        copy = f"gone_copy_{len(self.copies)}"
        self.database.dispose()
        self._create(copy, "gone_live")
        self.copies.append(copy)
        return copy

    def replicate(self) -> str:
        return self.backup()

    def bring_back(self, copy: str) -> None:
        self._replace("gone_live", copy)
        self.start()

    @contextmanager
    def opened(self, copy: str) -> Iterator[Database]:
        database = Database(self._url(copy))
        yield database
        database.dispose()

    def content(self) -> bytes:
        return self._dump("gone_live")

    def key_content(self) -> bytes:
        return self._dump("gone_keys")

    def close(self) -> None:
        for name in ("gone_live", "gone_keys", "gone_template", *self.copies):
            self._drop(name)

    def _dump(self, name: str) -> bytes:
        """Every row of every table as text, bytes as hexadecimal."""
        engine = create_engine(self._url(name), poolclass=NullPool)
        with engine.connect() as connection:
            tables = connection.scalars(
                text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ).all()
            rows = [
                str(row)
                for table in tables
                for row in connection.scalars(text(f'SELECT t::text FROM "{table}" t'))
            ]
        return "\n".join(rows).encode()

    def _replace(self, name: str, template: str) -> None:
        self.database.dispose()
        self._drop(name)
        self._create(name, template)

    def _create(self, name: str, template: str) -> None:
        self._run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{template}'"
            " AND pid <> pg_backend_pid()",
            f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY",
        )

    def _drop(self, name: str) -> None:
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, *statements: str) -> None:
        with self.admin.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def _drop_keys(self) -> None:
        engine = create_engine(self.keys_url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(
                text("DROP TABLE IF EXISTS search_word, search_mark, word_key, gone, copy_folder")
            )

    def _url(self, name: str) -> str:
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)
