from tests.giving.conftest import books, clock_at, database

__all__ = ["books", "clock_at", "database"]
