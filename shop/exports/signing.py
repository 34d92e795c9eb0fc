"""Signing a statement's PDF, or leaving a field on it for whoever signs.

A process of its own does it, and gives back at its end the 35 MB that pyHanko takes.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

from shop.exports.format import NotWritten
from shop.signing_certificate import SigningCertificate

_PROGRAM: Final = Path(__file__).with_name("signing_program.py")

BOX: Final = (45, 57, 272, 128)
"""Where `paper/typst/statement.typ` leaves room on the first page: left, bottom, right, top, in points."""

LONGEST_SECONDS: Final = 60
ENDED: Final = 3
"""How the program ends when the certificate is not good any more. The shop sells on without it."""


class CannotSign(NotWritten):
    """The PDF could not be signed. Its text quotes no password."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The statement could not be signed: {why}.")


def signed(pdf: bytes, certificate: SigningCertificate | None) -> bytes:
    """The PDF signed with the certificate; without one, with a field to sign. Raises CannotSign."""
    said = {
        "box": BOX,
        "whose": "Signature of the seller",
        "reason": "Statement of giving",
        "file": str(certificate.file.resolve()) if certificate else "",
        "password": certificate.password if certificate else "",
    }
    try:
        return subprocess.run(  # noqa: S603 - our own program, and nothing typed among its arguments
            [sys.executable, "-I", str(_PROGRAM)],
            input=json.dumps(said).encode() + b"\n" + pdf,
            capture_output=True,
            timeout=LONGEST_SECONDS,
            check=True,
        ).stdout
    except subprocess.CalledProcessError as failed:
        ended = failed.returncode == ENDED
        raise CannotSign(
            "the certificate has ended; please set STATEMENT_CERTIFICATE to the new one"
            if ended
            else f"the program that signs ended with {failed.returncode}"
        ) from None
    except subprocess.TimeoutExpired:
        raise CannotSign(f"it took more than {LONGEST_SECONDS} seconds") from None
