"""A witness of our own, after c2sp.org/tlog-witness: it remembers of each log what it signed last."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from shop.transparency.checkpoints import Checkpoint, cosign
from shop.transparency.merkle import ProofFails, check_consistency
from shop.transparency.signed_notes import COSIGNING, Note, NotSigned, SigningKey, VerifierKey
from shop.transparency.witnesses import Witness


@dataclass
class LittleWitness:
    """Knows logs by their keys; `state` is what it signed last, by origin."""

    logs: dict[str, VerifierKey]
    key: SigningKey = field(default_factory=lambda: SigningKey("witness.example/w1", b"w" * 32, COSIGNING))
    now: int = 1_700_000_000
    state: dict[str, Checkpoint] = field(default_factory=dict)
    asked: int = 0

    @property
    def address(self) -> str:
        return f"/{self.key.name}"

    def answer(self, body: str) -> Response:
        self.asked += 1
        head, _, rest = body.partition("\n\n")
        first, *lines = head.split("\n")
        note = Note.read(rest)
        checkpoint = Checkpoint.read(note.text)
        if checkpoint.origin not in self.logs:
            return Response(status=404)
        try:
            self.logs[checkpoint.origin].check(note)
        except NotSigned:
            return Response(status=403)
        return self._continue(int(first.removeprefix("old ")), [base64.b64decode(one) for one in lines], note)

    def _continue(self, old: int, proof: list[bytes], note: Note) -> Response:
        checkpoint = Checkpoint.read(note.text)
        last = self.state.get(checkpoint.origin, Checkpoint(checkpoint.origin, 0, b""))
        if old > checkpoint.size:
            return Response(status=400)
        if old != last.size:
            return Response(f"{last.size}\n", 409, content_type="text/x.tlog.size")
        if old == checkpoint.size and last.root != checkpoint.root:
            return Response(status=409)
        try:
            check_consistency(old, checkpoint.size, last.root, checkpoint.root, proof)
        except ProofFails:
            return Response(status=422)
        self.state[checkpoint.origin] = checkpoint
        return Response(f"{cosign(self.key, note.text, self.now)}\n")

    @contextmanager
    def serving(self) -> Iterator[Witness]:
        """On a port of this machine; gives how a shop would know it."""

        @Request.application
        def answer(request: Request) -> Response:
            assert (request.method, request.path) == ("POST", "/w1/add-checkpoint")
            return self.answer(request.get_data(as_text=True))

        server = make_server("127.0.0.1", 0, answer)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield Witness(self.key.verifier, f"http://127.0.0.1:{server.port}/w1")
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
