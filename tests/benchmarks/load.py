"""Keeping a server busy: wrk when it is there, otherwise threads with connections kept alive."""

import http.client
import re
import shutil
import subprocess
import threading
import time

CONNECTIONS = 16


def requests_during(port: int, path: str, seconds: float) -> tuple[int, float]:
    """How many requests were answered, and in how many seconds. Raises RuntimeError if any was refused."""
    if shutil.which("wrk"):
        return _wrk(port, path, seconds)
    return _threads(port, path, seconds)


def _wrk(port: int, path: str, seconds: float) -> tuple[int, float]:
    said = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-H", "Accept-Encoding: gzip",
         f"http://127.0.0.1:{port}{path}"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    found = re.search(r"(\d+) requests in ([\d.]+)s", said)
    if "Non-2xx" in said or found is None:
        raise RuntimeError(said)
    return int(found[1]), float(found[2])


def _threads(port: int, path: str, seconds: float) -> tuple[int, float]:
    counts: list[int] = []
    refused: list[int] = []
    began = time.monotonic()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        count = 0
        while time.monotonic() - began < seconds:
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            answer.read()
            if answer.status != http.client.OK:
                refused.append(answer.status)
                break
            count += 1
        connection.close()
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if refused:
        raise RuntimeError(f"{path} answered {refused[0]}")
    return sum(counts), time.monotonic() - began
