"""What a tree of processes used: CPU time and memory, read from /proc."""

import os
import time
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = (
    1,
    slice(11, 15),
)  # fields of /proc/PID/stat after the name: ppid; utime, stime and children's


def _stat(pid: int) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(root: int) -> list[int]:
    """The process and everything below it."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            below.setdefault(int(stat[_PARENT]), []).append(int(entry.name))
    found = [root]
    for pid in found:
        found += below.get(pid, [])
    return found


def cpu_seconds(*roots: int) -> float:
    """CPU time used so far by these trees, children that ended included."""
    stats = (_stat(pid) for root in roots for pid in tree(root))
    return sum(int(ticks) for stat in stats if stat for ticks in stat[_TIMES]) / TICKS


def cpu_of_living(root: int) -> float:
    """CPU seconds of those that live, to the nanosecond: what /proc tells comes in ticks of 10 ms."""
    found = 0.0
    for pid in tree(root):
        with suppress(OSError):
            found += time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3) makes it of a process
    return found


def private_mib(root: int) -> float:
    """Memory of a tree in MiB, each shared page counted once (Pss)."""
    total = 0
    for pid in tree(root):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        total += int(rollup.split("\nPss:")[1].split()[0])
    return total / 1024


def peak_mib(pid: int) -> float:
    """The most memory one process ever held, in MiB; 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(status.split("VmHWM:")[1].split()[0]) / 1024 if "VmHWM:" in status else 0.0


def own_mib(root: int) -> float:
    """Memory of a tree in MiB that is no file's: its share of a library changes with who else has it open."""
    total = 0
    for pid in tree(root):
        try:
            told = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        total += int(told.split("Pss_Anon:")[1].split()[0])
    return total / 1024
