"""CachedPages: never older than a second, read once for everyone, kept while nothing changes."""

import threading
import time

import pytest

from shop.catalogue.page_cache import CachedPages, Shown
from shop.catalogue.views import Catalogue


class Shop:
    """A shop whose clock and words a test can set, and which counts how often it is read."""

    def __init__(self):
        self.time = 100.0
        self.says = "one"
        self.reads = 0
        self.slow = 0.0

    def read(self):
        self.reads += 1
        time.sleep(self.slow)
        if self.says is None:
            raise ConnectionError
        return Shown(Catalogue(()), self.says, "token")

    def cached_pages(self):
        return CachedPages(self.read, lambda: self.time)


def test_within_a_second_nothing_is_read_again():
    shop = Shop()
    pages = shop.cached_pages()
    first = pages.current()
    shop.time += 0.999
    assert pages.current() is first
    assert shop.reads == 1


def test_after_a_second_it_is_read_again_and_kept_when_equal():
    shop = Shop()
    pages = shop.cached_pages()
    first = pages.current()
    first.pages["/"] = object()
    shop.time += 1
    assert pages.current() is first
    assert shop.reads == 2


def test_a_change_drops_every_page():
    shop = Shop()
    pages = shop.cached_pages()
    pages.page("/", lambda shown: shown.statement)
    shop.says = "two"
    shop.time += 1
    assert pages.page("/", lambda shown: shown.statement).plain == b"two"


def test_the_second_counts_from_before_the_reading_began():
    shop = Shop()
    pages = shop.cached_pages()
    read = shop.read

    def slowly():
        shown = read()
        shop.time += 0.6
        return shown

    pages._read = slowly
    pages.current()
    shop.time += 0.5
    pages.current()
    assert shop.reads == 2


def test_what_is_old_is_never_taken_for_as_fresh_as_what_another_thread_read_meanwhile():
    shop = Shop()
    pages = shop.cached_pages()
    pages.current()
    shop.time += 1
    shop.says = "two"

    def now():
        pages._now = lambda: shop.time
        pages.current()  # another thread, between a look at the cache and one at the clock
        return shop.time

    pages._now = now
    found = pages.fresh()
    assert found is None or found.shown.statement == "two"


def test_many_at_once_read_it_once():
    shop = Shop()
    shop.slow = 0.05
    pages = shop.cached_pages()
    found = []
    threads = [threading.Thread(target=lambda: found.append(pages.current())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shop.reads == 1
    assert len({id(edition) for edition in found}) == 1


def test_when_it_cannot_be_read_nothing_old_is_shown_and_the_next_reading_recovers():
    shop = Shop()
    pages = shop.cached_pages()
    pages.current()
    shop.says = None
    shop.time += 1
    with pytest.raises(ConnectionError):
        pages.current()
    shop.says = "back"
    assert pages.current().shown.statement == "back"
