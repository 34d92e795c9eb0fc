"""Importing as if a library were not installed, or only for as long as it is needed."""

import importlib
import sys

import pytest

from shop.left_out import left_out, let_go


def test_what_is_left_out_cannot_be_imported_inside_and_can_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with left_out("this"), pytest.raises(ImportError):
        importlib.import_module("this")
    assert "this" not in sys.modules


def test_what_is_loaded_already_stays() -> None:
    with left_out("json"):
        assert importlib.import_module("json").dumps([]) == "[]"
    assert "json" in sys.modules


def test_it_is_over_when_the_import_fails() -> None:
    with pytest.raises(ZeroDivisionError), left_out("nobody_is_called_this"):
        raise ZeroDivisionError
    assert "nobody_is_called_this" not in sys.modules


def test_what_is_needed_once_is_not_kept_but_what_was_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "this", raising=False)
    with let_go("this", "json"):
        importlib.import_module("this")
        importlib.import_module("json")
    assert "this" not in sys.modules
    assert "json" in sys.modules
