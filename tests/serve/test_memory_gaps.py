"""What a copy of a process makes anew lies on pages of its own, not in gaps on pages that it shares."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("perforated.py")


def copied_kib(*told: str) -> int:
    done = subprocess.run([sys.executable, PROGRAM, *told], check=True, capture_output=True, text=True)
    return int(done.stdout.split()[0])


def test_once_gaps_are_filled_a_copy_writes_on_a_tenth_of_the_memory_it_shares() -> None:
    assert copied_kib("filled") < copied_kib() / 10
