"""Serving: a port that is in use is said to be, before two shops share its visits."""

import socket

import pytest

from shop.serve import startup
from shop.settings import Settings

pytestmark = pytest.mark.slow


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


def test_a_port_that_somebody_shares_is_taken_and_one_that_is_free_is_not() -> None:
    with socket.socket() as theirs:
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        theirs.bind(("127.0.0.1", 0))
        theirs.listen()
        port = theirs.getsockname()[1]
        assert startup.port_taken(port)
    assert not startup.port_taken(port)


def test_the_shop_says_so_and_does_not_start(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "port_taken", lambda port: True)
    with pytest.raises(SystemExit, match=f"Port {settings.port} is in use"):
        startup.serve(settings)
