"""The early process and those that take over from it."""

import socket
from collections.abc import Callable, Sequence
from functools import partial

from shop.serve.listening import listen
from shop.serve.supervisor import Child, Supervisor

Serve = Callable[[socket.socket | None], object]
"""Serves who connects to a socket, or else to one of its own."""


def handing_over(
    port: int, serve: Serve, others: Sequence[Callable[[], object]], warm_up: Callable[[], object]
) -> Supervisor:
    """One early process, and one that stays and has its socket too; and what `others` do.

    Nobody else keeps that socket: when its process dies some day, nobody must wait where no one listens.
    """
    shared = listen(port)

    def without_it(work: Callable[[], object]) -> None:
        shared.close()
        work()

    def with_it() -> None:
        serve(shared if shared.fileno() >= 0 else None)  # it is closed for who is started again later

    children = [Child(with_it), *(Child(partial(without_it, work)) for work in others)]
    return Supervisor(children, early=Child(with_it), warm_up=warm_up, relieved=shared.close)
