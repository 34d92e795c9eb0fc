"""Proofs of gifts that somebody changed: any one of these must be refused, and in a sentence."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from shop.transparency.proof_file import proof_file
from shop.transparency.signed_notes import SigningKey
from tests.transparency.log_books import KEY
from tests.transparency.small_log import SmallLog, salt_of

BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def each_place(text: str, every: int = 1) -> Iterator[tuple[str, str]]:
    """One character changed, taken out or doubled, at every place (or every so many): where, and the text."""
    for at in range(0, len(text), every):
        before, here, after = text[:at], text[at], text[at + 1 :]
        yield f"changed at {at}", changed_at(text, at)
        yield f"nearly changed at {at}", before + chr(ord(here) ^ 1) + after
        if here != text[at - 1] or here not in "AB=\n":
            yield f"left out at {at}", before + after
        yield f"doubled at {at}", before + here + here + after


def changed_at(text: str, at: int) -> str:
    """The text with another character of the same class there."""
    return text[:at] + other(text[at]) + text[at + 1 :]


def other(character: str) -> str:
    """Another of its class: letter for letter, digit for digit."""
    if character in BASE64:
        return BASE64[(BASE64.index(character) + 1) % 64]
    return "=" if character != "=" else "A"


def forged(log: SmallLog, what: str) -> Iterator[tuple[str, str, str]]:
    """What somebody who knows the format would try: what was done, the text, a word of the refusal."""
    proof = log.proof(what)
    text, neighbour = proof_file(proof), log.what[log.what.index(what) + 1]
    order, *_ = what.split(":")
    thief = SigningKey(KEY.name, b"another key for the same name!!!")
    elsewhere = SigningKey("elsewhere.example/giving/log", KEY.seed)
    longer = SmallLog([*log.what, "PM-NEW1-2F:1:1"])
    yield (
        "another order's name",
        resaid(text, committed=lambda was: was.replace(order, "PM-ZZZZ-2F")),
        "about this order",
    )
    yield "another piece", resaid(text, committed=lambda was: was.replace(":1:", ":2:")), "about this order"
    yield "a neighbour's leaf", resaid(text, leaf=lambda _: log.proof(neighbour).leaf.decode()), "number"
    yield (
        "a neighbour's entry",
        proof_file(log.proof(neighbour)).replace(extra_of(proof_file(log.proof(neighbour))), extra_of(text)),
        "number",
    )
    yield "ten times the money", resaid(text, leaf=lambda was: was.replace(":500,", ":5000,")), "not stand"
    yield "another month", resaid(text, leaf=lambda was: was.replace("2026-05", "2026-06")), "not stand"
    yield "another salt", resaid(text, salt=lambda _: salt_of("x").hex()), "about this order"
    yield "a salt with zeros", resaid(text, salt=lambda was: was + "00"), ""
    yield "signed by a thief", resigned(log, what, thief), "signed with"
    yield "of another shop", resigned(log, what, elsewhere), ""
    yield "under a newer checkpoint", proof_file(log.proof(what, checkpoint=longer.checkpoint)), ""
    yield "under no checkpoint", text.split("\n\n")[0] + "\n", ""
    yield "without its signature", text.rsplit("\n\n", 1)[0] + "\n", ""
    yield "a part of it", text[: len(text) // 2], ""
    yield "nothing", "", "proof of a gift"
    yield "a letter", "Thank you for your order.\n", "proof of a gift"
    yield "an entry before the first", before_the_first(what), ""
    back = SmallLog(log.what, kind="reverse")
    yield "a gift that was taken back", proof_file(back.proof(what)), "something that is given"


def before_the_first(what: str) -> str:
    """A log of one entry that says it is number 0; a path may lead to the root from where there is none."""
    log = SmallLog([what])
    log.leaves[0] = log.leaves[0].replace(b'"number":1', b'"number":0')
    log.rehash()
    return proof_file(log.proof(what)).replace("\nindex 0\n", "\nindex -1\n")


def resaid(text: str, **changes: Callable[[str], str]) -> str:
    """The same proof that says something else of the order."""
    said: dict[str, Any] = json.loads(base64.b64decode(extra_of(text)))
    for name, change in changes.items():
        said[name] = change(said[name])
    again = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.replace(extra_of(text), base64.b64encode(again.encode()).decode())


def extra_of(text: str) -> str:
    return text.split("\n")[1].removeprefix("extra ")


def resigned(log: SmallLog, what: str, key: SigningKey) -> str:
    return proof_file(SmallLog(log.what, key=key).proof(what))
