"""The README is true: every file and every make target that it names is there."""

import re
from pathlib import Path

import pytest

from shop.web.setup import MAX_PHOTOGRAPH_REQUEST_BYTES

HERE = Path(__file__).parents[1]
README = (HERE / "README.md").read_text()

FILES = sorted(set(re.findall(r"`((?:shop|tests|static|templates)/[\w./-]*)`", README)))
LINKS = sorted(set(re.findall(r"\]\((?!http)([\w./-]+)\)", README)))
TARGETS = sorted(set(re.findall(r"`make ([a-z]+)`", README)))


def test_there_is_something_to_look_for() -> None:
    assert len(FILES) > 20
    assert LINKS
    assert TARGETS


@pytest.mark.parametrize("name", [*FILES, *LINKS])
def test_a_file_that_it_names_is_there(name: str) -> None:
    assert (HERE / name).exists()


@pytest.mark.parametrize("target", TARGETS)
def test_a_make_target_that_it_names_is_there(target: str) -> None:
    assert re.search(rf"^{target}:", (HERE / "Makefile").read_text(), re.MULTILINE)


def test_the_proxy_of_the_readme_lets_through_what_the_shop_takes() -> None:
    (megabytes,) = re.findall(r"client_max_body_size (\d+)m;", README)
    assert int(megabytes) * 1024**2 >= MAX_PHOTOGRAPH_REQUEST_BYTES
