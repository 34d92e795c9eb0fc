"""Processes that do something at the same moment."""

import subprocess
from collections.abc import Iterator, Sequence


def all_at_once(processes: Sequence[subprocess.Popen[str]], *, seconds: float) -> Iterator[str]:
    """Let go of programs that said "ready" and wait for a line. Gives what each says until it ends well."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        said, _ = process.communicate(timeout=seconds)
        assert process.returncode == 0
        yield said
