"""What dies comes back; what is told to end ends, at any moment, and leaves nobody behind. Real processes."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from shop.serve.startup import WORKER_GIVES_WAY
from tests.benchmarks import databases
from tests.benchmarks.processes import tree
from tests.benchmarks.servers import SHOP, running
from tests.serve.attackers import ask

pytestmark = pytest.mark.faults

PROGRAM = Path(__file__).with_name("supervised.py")


@contextmanager
def supervised(*what: str) -> Iterator[subprocess.Popen[bytes]]:
    told = what or ("plain",)
    process = subprocess.Popen([sys.executable, str(PROGRAM), *told], stderr=subprocess.DEVNULL)
    seen: set[int] = set()
    try:
        yield process
        seen = children(process.pid)
    finally:
        process.kill()
        process.wait()
        for pid in seen:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def children(pid: int) -> set[int]:
    return set(tree(pid)) - {pid}


def alive(pid: int) -> bool:
    """Whether there is such a process, and not only its remains."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def eventually(what: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def deaf(pid: int) -> bool:
    """Whether it ignores SIGTERM by now."""
    with suppress(FileNotFoundError):
        ignored = Path(f"/proc/{pid}/status").read_text().split("SigIgn:")[1].split()[0]
        return bool(int(ignored, 16) >> (signal.SIGTERM - 1) & 1)
    return False


def three_up(process: subprocess.Popen[bytes]) -> bool:
    return sum(alive(pid) for pid in children(process.pid)) == 3


def test_whoever_is_killed_comes_back_however_often() -> None:
    chance = random.Random(8)
    with supervised() as process:
        for _ in range(6):
            assert eventually(lambda: three_up(process))
            for pid in chance.sample(sorted(children(process.pid)), chance.choice([1, 1, 2])):
                os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: three_up(process))
        assert process.poll() is None


def test_what_dies_at_once_is_started_again_with_growing_pauses() -> None:
    with supervised("dying") as process:
        time.sleep(2)
        assert process.poll() is None
        used = Path(f"/proc/{process.pid}/stat").read_text().split()
        assert int(used[15]) + int(used[16]) < 300, "it does not spend its time starting it"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_whenever_it_comes(number: int) -> None:
    chance = random.Random(number)
    for _ in range(5):
        with supervised() as process:
            assert eventually(lambda: bool(children(process.pid)) or process.poll() is not None)
            time.sleep(chance.random() * 0.15)  # while they start, or just after
            known = children(process.pid)
            process.send_signal(number)
            assert process.wait(20) == 0
            assert not [pid for pid in known if alive(pid)]


def test_one_who_was_killed_and_waits_to_be_started_again_is_not_started_after_the_end() -> None:
    with supervised() as process:
        assert eventually(lambda: three_up(process))
        known = children(process.pid)
        for pid in known:
            os.kill(pid, signal.SIGKILL)
        process.terminate()
        assert process.wait(20) == 0
        assert children(process.pid) == set()


def test_whoever_does_not_listen_is_ended_all_the_same_and_at_once_when_told_twice() -> None:
    with supervised("deaf") as process:
        assert eventually(lambda: three_up(process) and all(map(deaf, children(process.pid))))
        known = children(process.pid)
        process.terminate()
        time.sleep(0.5)
        assert process.poll() is None, "they have a few seconds"
        process.terminate()
        began = time.monotonic()
        assert process.wait(20) == 0
        assert time.monotonic() - began < 3
        assert not [pid for pid in known if alive(pid)]


@pytest.mark.parametrize("what", ["plain", "deaf"])
def test_when_the_first_process_is_killed_nobody_is_left(what: str) -> None:
    with supervised(what) as process:
        assert eventually(lambda: three_up(process))
        if what == "deaf":
            assert eventually(lambda: all(map(deaf, children(process.pid))))
        known = children(process.pid)
        process.kill()
        process.wait()
        assert eventually(lambda: not [pid for pid in known if alive(pid)], seconds=12)


def test_an_early_one_works_until_the_others_have_taken_over() -> None:
    with supervised("plain", "early") as process:
        assert eventually(lambda: len(children(process.pid)) == 1), "it is there before anything is ready"
        early = children(process.pid)
        assert eventually(lambda: len(children(process.pid)) == 4), "and while the others begin"
        assert eventually(lambda: three_up(process) and not children(process.pid) & early), "then it goes"
        assert process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("seconds", [0.1, 0.7])  # while the first process gets ready, and after
def test_an_early_one_ends_with_the_rest(number: int, seconds: float) -> None:
    with supervised("plain", "early") as process:
        assert eventually(lambda: bool(children(process.pid)))
        time.sleep(seconds)
        known = children(process.pid)
        process.send_signal(number)
        process.wait(20)
        assert eventually(lambda: not [pid for pid in known if alive(pid)])


def test_the_shop_itself_outlives_its_worker_and_its_web_processes_and_leaves_nobody(tmp_path: Path) -> None:
    databases.furnish(f"sqlite:///{tmp_path / 'shop.db'}")
    with running(SHOP, tmp_path) as shop:

        def answers() -> bool:
            with suppress(OSError):
                return ask(shop.port, "/").status == 200
            return False

        for pid in children(shop.pid):
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: len(children(shop.pid)) == 3 and answers(), seconds=60)
        known = children(shop.pid)
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        nicer = [os.getpriority(os.PRIO_PROCESS, pid) - ours for pid in known]
        assert sorted(nicer) == [0, 0, WORKER_GIVES_WAY], "who waits for a page goes before e-mails"
        os.kill(shop.pid, signal.SIGKILL)
        assert eventually(lambda: not [pid for pid in known if alive(pid)], seconds=20)
