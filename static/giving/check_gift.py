"""Check that a gift is in the log of giving, without the shop's code: python check_gift.py KEY FILE...

KEY is the log's public key as the page /giving/check shows it; each FILE is the proof of one gift, from the
page of an order. Needs `cryptography`. Formats: c2sp.org/tlog-proof, c2sp.org/signed-note, RFC 6962.
"""

import base64
import hashlib
import hmac
import json
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class DoesNotHold(Exception):
    """Why, in a sentence."""


def need(holds, otherwise):
    if not holds:
        raise DoesNotHold(otherwise)


def decoded(text):
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text, "A line of it was changed.")
    return raw


def check_signature(key, text, lines):
    name, key_id, coded = key.split("+", 2)
    raw = decoded(coded)
    fits = hashlib.sha256(f"{name}\n".encode() + raw).digest()[:4].hex() == key_id
    need(fits and len(raw) == 33 and raw[0] == 1, "The key is damaged: please copy it again.")
    made = [decoded(line.split(" ")[2]) for line in lines if line.startswith(f"\u2014 {name} ")]
    made = [signed[4:] for signed in made if signed[:4].hex() == key_id]
    whole = all(line.startswith("\u2014 ") for line in lines[:-1]) and not lines[-1]
    need(made and whole and text.startswith(f"{name}\n"), "It is not signed with this key.")
    try:
        Ed25519PublicKey.from_public_bytes(raw[1:]).verify(made[0], text.encode())
    except InvalidSignature:
        raise DoesNotHold("The signature is not good: what was signed was changed.") from None


def root_of(leaf, at, last, path):
    """The root to which the path leads up from a leaf (RFC 9162, section 2.1.3.2)."""
    found = hashlib.sha256(b"\0" + leaf).digest()
    for other in path:
        need(last > 0, "The path to the entry is too long.")
        left, right = (other, found) if at & 1 or at == last else (found, other)
        found = hashlib.sha256(b"\1" + left + right).digest()
        while at == last and at and not at & 1:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    need(last == 0, "The path to the entry is too short.")
    return found


def check(key, proof):
    """What the proof says, if all of it holds. Raises DoesNotHold."""
    head, text, below = proof.split("\n\n")
    kind, extra, index, *path = head.split("\n")
    need(kind == "c2sp.org/tlog-proof@v1", "This is not the proof of a gift.")
    check_signature(key, f"{text}\n", below.split("\n"))
    origin, size, root = text.split("\n")
    at, size = int(index[6:]), int(size)
    said = json.loads(decoded(extra[6:]))
    leaf, salt = json.loads(said["leaf"]), bytes.fromhex(said["salt"])
    said = {"committed": said["committed"], "leaf": said["leaf"], "salt": salt.hex()}
    same = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    need((extra, index) == (f"extra {base64.b64encode(same).decode()}", f"index {at}"), "It was changed.")
    need(0 <= at < size and leaf["number"] == at + 1, "The entry bears another number.")
    found = root_of(said["leaf"].encode(), at, size - 1, [decoded(line) for line in path])
    need(found == decoded(root), "The entry does not stand in the log that was signed.")
    made = hmac.new(salt, said["committed"].encode(), hashlib.sha256).hexdigest()
    need(len(salt) == 32 and made == leaf["commitment"], "It is not about this order and piece.")
    need(leaf["kind"] == "accrue", "It is not about something that is given.")
    (order, unit, _), pence = said["committed"].split(":"), leaf["pence"]
    what = f"piece {unit} of order {order}" if unit != "0" else f"order {order}"
    what = f"\u00a3{pence // 100}.{pence % 100:02d} for {what}"
    return f"{what} is entry {at + 1} of {size} in the log of {origin}, in {leaf['month']}."


def main(key, *files):
    wrong = 0
    for name in files:
        try:
            with open(name, encoding="utf-8", newline="") as file:
                print(f"{name}: holds. {check(key, file.read())}")
        except (DoesNotHold, ValueError, KeyError, TypeError, OSError) as why:
            wrong = 1
            plain = why if isinstance(why, DoesNotHold) else f"It is damaged, or no proof of a gift ({why})."
            print(f"{name}: DOES NOT HOLD. {plain}")
    return wrong


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]) if len(sys.argv) > 2 else __doc__)
