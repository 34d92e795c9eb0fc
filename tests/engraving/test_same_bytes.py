"""The same words give the same bytes: in any process, under any locale, on any machine."""

import os
import subprocess
import sys

import pytest

from tests.engraving.same_bytes import digests

PINNED = {
    "great-vibes": "5aabe6c292185997b7774b884f1598bf32542faa98f2ed4b0bf0c1b01a9a0bb3",
    "marcellus": "837d3dbd6d669fece58e7ac475dc3b4bb3cf3cbf2c6abf44cb59efefa45984b7",
    "courier-prime": "ec3d311cc96e473c5738e392dc874475d3c0994d14f666acd54438a5f304e109",
    "cormorant-sc": "c5f19901b9670efe9541f7ee8907537d1fa213f1b8561afaa47717515d0206e1",
    "rubik": "6dce0f7c02c7dabdbf67c64cc86442805b7c539da21ff67a49d3ecc8549ecb92",
}
"""Whoever changes one of these changes what was shown to people who have already ordered: say so, and why."""


def test_the_drawings_are_those_that_were_pinned() -> None:
    assert digests() == PINNED


@pytest.mark.parametrize(("seed", "locale"), [("1", "tr_TR.UTF-8"), ("2718", "C")])
def test_another_process_draws_the_same(seed: str, locale: str) -> None:
    elsewhere = {"PYTHONHASHSEED": seed, "LANG": locale, "LC_ALL": locale, "TZ": "Asia/Kathmandu"}
    printed = subprocess.run(
        [sys.executable, "-m", "tests.engraving.same_bytes"],
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert dict(line.split() for line in printed.splitlines()) == PINNED
