"""Firefox over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/), as far as a journey needs it."""

import base64
import json
import secrets
import shutil
import socket
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

FIREFOX: Final = shutil.which("firefox-esr") or shutil.which("firefox") or ""
PREFERENCES: Final = {
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "app.update.disabledForTesting": True,
    "browser.sessionstore.resume_from_crash": False,
    "dom.disable_beforeunload": True,
    "network.dns.disablePrefetch": True,
    "network.captive-portal-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:1",
    "extensions.systemAddon.update.enabled": False,
    "toolkit.telemetry.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.startup.page": 0,
    "permissions.default.image": 2,
    "ui.prefersReducedMotion": 1,
    "fission.autostart": False,
    "dom.ipc.processCount": 1,
}
"""Nothing is asked of any other machine; pictures are not loaded; one process shows all pages."""


class Refused(Exception):
    """The browser answered a command with an error."""


class Socket:
    """A WebSocket (RFC 6455) to a program on this machine: text, one message at a time."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._rest = b""
        key = base64.b64encode(secrets.token_bytes(16)).decode()
        lines = (
            f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", "",
        )  # fmt: skip
        self._socket.sendall("\r\n".join(lines).encode())
        while b"\r\n\r\n" not in self._rest:
            self._rest += self._socket.recv(4096)
        self._rest = self._rest.partition(b"\r\n\r\n")[2]

    def send(self, text: str) -> None:
        """Send a message."""
        plain, mask = text.encode(), secrets.token_bytes(4)
        long = len(plain)
        if long < 126:
            length = bytes([0x80 | long])
        else:
            kind, layout = (126, ">BH") if long < 2**16 else (127, ">BQ")
            length = struct.pack(layout, 0x80 | kind, long)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(plain))
        self._socket.sendall(b"\x81" + length + mask + masked)

    def receive(self) -> str:
        """Wait for a message."""
        whole = b""
        while True:
            first, second = self._take(2)
            long = second & 0x7F
            if long >= 126:
                (long,) = struct.unpack(*((">H", self._take(2)) if long == 126 else (">Q", self._take(8))))
            part = self._take(long)
            if first & 0x0F in {0, 1}:
                whole += part
                if first & 0x80:
                    return whole.decode()

    def _take(self, count: int) -> bytes:
        while len(self._rest) < count:
            more = self._socket.recv(65536)
            if not more:
                raise ConnectionError
            self._rest += more
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


class Firefox:
    """One Firefox, and what it is asked."""

    def __init__(self, port: int) -> None:
        self._socket, self._number = Socket(port, "/session"), 0
        self.told: list[dict[str, Any]] = []
        """The news that came between answers, and nobody has waited for yet."""
        answer = self.ask("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": False}})
        self.version = str(answer["capabilities"]["browserVersion"])
        self.ask("session.subscribe", events=["browsingContext.domContentLoaded"])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Give a command; raise Refused when the browser says no."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.receive())
            if answer["type"] == "event":
                self.told.append(answer)
            elif answer["id"] == self._number:
                if answer["type"] == "error":
                    raise Refused(f"{method}: {answer['error']}: {answer['message']}")
                return dict(answer["result"])

    def wait_for(self, event: str, **about: object) -> None:
        """Wait until the browser tells this, as it is told `about`; earlier news is forgotten."""
        while not any(
            told["method"] == event and about.items() <= told["params"].items() for told in self.told
        ):
            self.told = [json.loads(self._socket.receive())]
        self.told.clear()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


@contextmanager
def firefox() -> Iterator[Firefox]:
    """Debian's Firefox without a window, with a profile of its own that is gone afterwards."""
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory, ignore_cleanup_errors=True) as profile:
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()
        ]
        Path(profile, "user.js").write_text("\n".join(lines), encoding="utf-8")
        command = [FIREFOX, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, stderr=quiet, stdout=quiet) as process:
            try:
                with closing(Firefox(_port(Path(profile, "WebDriverBiDiServer.json"), process))) as browser:
                    yield browser
            finally:
                process.terminate()


def _port(file: Path, process: subprocess.Popen[bytes]) -> int:
    """Where it listens: it says so in a file."""
    while not (file.exists() and file.read_text(encoding="utf-8").endswith("}")):
        assert process.poll() is None, "Firefox did not start"
        time.sleep(0.05)
    return int(json.loads(file.read_text(encoding="utf-8"))["ws_port"])
