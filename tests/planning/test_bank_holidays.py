"""Whoever asks for bank holidays first, and however many at once, is told the same days."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from shop.planning import bank_holidays
from shop.planning.bank_holidays import Nation

AT_ONCE = 8


@pytest.fixture(autouse=True)
def nothing_known() -> None:
    for remembered in (bank_holidays.bank_holidays, bank_holidays._days):
        remembered.cache_clear()


def test_many_visitors_ask_a_shop_that_has_just_started_and_all_are_answered() -> None:
    for _ in range(3):
        for remembered in (bank_holidays.bank_holidays, bank_holidays._days):
            remembered.cache_clear()
        together = Barrier(AT_ONCE)

        def ask(number: int, together: Barrier = together) -> int:
            together.wait()
            return len(bank_holidays.bank_holidays(Nation.SCOTLAND, 2000 + 10 * (number % 4)))

        with ThreadPoolExecutor(AT_ONCE) as visitors:
            assert min(visitors.map(ask, range(AT_ONCE))) >= 8
