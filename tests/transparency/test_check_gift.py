"""The proof of a gift, checked by three who share no code: a page, a hundred lines, and pymerkle."""

import ast
import base64
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter
from types import ModuleType

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from pymerkle import InmemoryTree
from pymerkle.hasher import MerkleHasher
from pymerkle.proof import InclusionProof, verify_inclusion

from shop.pages.giving_check import check_page
from shop.transparency.checkpoints import cosign
from shop.transparency.proof_file import MOST_BYTES, proof_file
from shop.transparency.signed_notes import COSIGNING, SigningKey
from tests.engines import ONE_ENGINE
from tests.transparency.log_books import KEY, LogBooks
from tests.transparency.small_log import SmallLog, units
from tests.transparency.tampered import changed_at, each_place, forged

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "static/giving/check_gift.py"
WITNESS = SigningKey("witness.example", bytes(range(1, 33)), COSIGNING)
SEEN_AT = 1_780_000_000
"""On 28 May 2026, in seconds since 1970."""
PIECE = "PM-0004-2F:2:1"
HOLDS = f"£5.00 for piece 2 of order PM-0004-2F is entry 9 of 39 in the log of {KEY.name}, in 2026-05."


@pytest.fixture(scope="session")
def log() -> SmallLog:
    """A log of 39 gifts: neither its size nor its parts are powers of two."""
    return SmallLog(units(20))


@pytest.fixture(scope="session")
def program() -> ModuleType:
    """The short program, to be asked a thousand things."""
    spec = importlib.util.spec_from_file_location("check_gift", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def saved_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page as somebody kept it."""
    shop = Flask("shop", template_folder=str(ROOT / "templates"))
    with shop.app_context():
        html = check_page(str(KEY.verifier), "https://shop.example", [str(WITNESS.verifier)]).html
    file = tmp_path_factory.mktemp("saved") / "check.html"
    file.write_text(html, encoding="utf-8")
    return file


@pytest.fixture
def offline(browser: Browser, saved_page: Path) -> Iterator[Page]:
    """The saved page where there is no network; nothing may be asked for, and nothing may go wrong."""
    page = browser.new_page(offline=True, viewport={"width": 375, "height": 812})
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda problem: wrong.append(str(problem)))
    page.on("console", lambda line: wrong.append(line.text))
    page.goto(saved_page.as_uri())
    yield page
    assert asked == [saved_page.as_uri()]
    assert wrong == []
    page.close()


def run(folder: Path, *texts: str, key: str = str(KEY.verifier)) -> tuple[int, list[str]]:
    """What the program says of files with these texts, in a Python that finds none of our code."""
    names = [folder / f"{number}.tlog-proof" for number, _ in enumerate(texts)]
    for name, text in zip(names, texts, strict=True):
        name.write_bytes(text.encode())
    asked = [sys.executable, "-I", str(PROGRAM), key, *map(str, names)]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=folder)
    assert not done.stderr, done.stderr
    return done.returncode, [line.split(": ", 1)[1] for line in done.stdout.splitlines()]


def refusal(program: ModuleType, text: str) -> str:
    """Why the program refuses a text, as it says it; "" when it does not."""
    try:
        program.check(str(KEY.verifier), text)
    except program.DoesNotHold as why:
        return str(why)
    except (ValueError, KeyError, TypeError) as why:
        return f"damaged ({why})"
    return ""


def seen(page: Page, texts: dict[str, str]) -> dict[str, tuple[bool, str]]:
    """What the page says of files with these names and texts, all of them chosen at once."""
    files = [
        {"name": name, "mimeType": "", "buffer": text.encode("utf-8", "surrogatepass")}
        for name, text in texts.items()
    ]
    page.set_input_files("#files", files)  # type: ignore[arg-type]
    all_shown = "count => document.querySelectorAll('#results .result').length === count"
    page.wait_for_function(all_shown, arg=len(files))
    return {name: (holds, said) for name, holds, said in page.evaluate(RESULTS)}


RESULTS = """[...document.querySelectorAll('#results .result')].map(one => [
  one.querySelector('.name').textContent,
  !one.classList.contains('fails'),
  one.querySelector('[data-said]').textContent,
])"""


def test_the_program_says_in_a_sentence_what_holds(log: SmallLog, tmp_path: Path) -> None:
    code, said = run(tmp_path, proof_file(log.proof(PIECE)), proof_file(log.proof(log.what[-1])))
    assert (code, said[0], len(said)) == (0, f"holds. {HOLDS}", 2)


def test_what_does_not_hold_is_named_and_the_program_ends_with_1(log: SmallLog, tmp_path: Path) -> None:
    good = proof_file(log.proof(PIECE))
    thief = str(SigningKey(KEY.name, b"another key for the same name!!!").verifier)
    assert run(tmp_path, good, good.replace("index 8", "index 7")) == (
        1,
        [f"holds. {HOLDS}", "DOES NOT HOLD. The entry bears another number."],
    )
    assert run(tmp_path, good, key=thief) == (1, ["DOES NOT HOLD. It is not signed with this key."])


def test_the_program_has_a_hundred_lines_and_nothing_of_the_shop() -> None:
    text = PROGRAM.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 100
    modules = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(text))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert modules - sys.stdlib_module_names == {"cryptography"}


def test_every_change_of_one_character_is_refused(log: SmallLog, program: ModuleType) -> None:
    text = proof_file(log.proof(PIECE))
    assert refusal(program, text) == ""
    passed = [
        where for where, changed in each_place(text) if changed != text and not refusal(program, changed)
    ]
    assert passed == []


def test_what_a_forger_would_try_is_refused_for_its_reason(log: SmallLog, program: ModuleType) -> None:
    for done, text, word in forged(log, "PM-0004-2F:1:1"):
        assert refusal(program, text), done
        assert word in refusal(program, text) or "damaged" in refusal(program, text), done


@pytest.mark.browser
def test_the_saved_page_says_what_holds_without_a_single_request(offline: Page, log: SmallLog) -> None:
    said = seen(offline, {"gift.tlog-proof": proof_file(log.proof(PIECE))})
    assert said["gift.tlog-proof"] == (
        True,
        "£5.00 for piece 2 of order PM-0004-2F is entry 9 in our log of giving, in May 2026.",
    )
    assert "when it had 39 entries" in offline.locator(".result").inner_text()


@pytest.mark.browser
def test_the_page_refuses_what_was_changed_and_what_was_forged_in_a_sentence(
    offline: Page, log: SmallLog
) -> None:
    text = proof_file(log.proof("PM-0004-2F:1:1"))
    changed = {where: again for where, again in each_place(text, every=5) if again != text}
    tried = {done: (text, word) for done, text, word in forged(log, "PM-0004-2F:1:1")}
    found = seen(offline, changed | {done: text for done, (text, _) in tried.items()})
    assert [name for name, (holds, _) in found.items() if holds] == []
    assert all(said.endswith(".") and len(said) > 20 for _, said in found.values())
    assert {done: found[done][1] for done, (_, word) in tried.items() if word not in found[done][1]} == {}


def witnessed(log: SmallLog, *keys: SigningKey) -> str:
    """The proof of PIECE under a checkpoint that these witnesses signed, too."""
    signed = log.checkpoint[: log.checkpoint.index("\n\n") + 1]
    lines = "".join(f"{cosign(key, signed, SEEN_AT)}\n" for key in keys)
    return proof_file(log.proof(PIECE, checkpoint=log.checkpoint + lines))


@pytest.mark.browser
def test_a_witness_that_the_page_knows_says_on_which_day_the_log_was_so(offline: Page, log: SmallLog) -> None:
    stranger = SigningKey("stranger.example", bytes(range(2, 34)), COSIGNING)
    good = witnessed(log, WITNESS, stranger)
    named = "— witness.example "
    begins = good.index(named) + len(named) + 6  # after the key's id
    late = {f"changed at {at}": changed_at(good, at) for at in range(begins, begins + 90, 7)}
    found = seen(offline, {"good": good, **late})
    assert [name for name, (holds, _) in found.items() if holds] == ["good"]
    said = offline.locator(".result").first.inner_text()
    assert "On 28 May 2026 witness.example, which is not ours, saw the same log and signed it" in said
    assert "stranger" not in said


def test_a_proof_keeps_as_many_witnesses_as_have_room(log: SmallLog, program: ModuleType) -> None:
    crowd = [SigningKey(f"witness{number}.example", bytes([number] * 32), COSIGNING) for number in range(12)]
    text = witnessed(log, *crowd)
    assert MOST_BYTES - 200 < len(text.encode()) <= MOST_BYTES
    assert text.endswith("\n")
    assert 2 < text.count("\n— ") < 12
    assert program.check(str(KEY.verifier), text) == HOLDS


@pytest.mark.browser
def test_without_a_script_the_page_says_what_to_do_instead(browser: Browser, saved_page: Path) -> None:
    page = browser.new_page(java_script_enabled=False, offline=True)
    page.goto(saved_page.as_uri())
    assert "use the short program named below" in page.inner_text("main")
    assert not page.locator("#files").is_visible()
    page.close()


@pytest.mark.browser
def test_a_checkpoint_that_somebody_else_holds_is_compared(offline: Page, log: SmallLog) -> None:
    seen(offline, {"gift": proof_file(log.proof(PIECE))})
    split = SmallLog([*log.what[:-1], "PM-ZZZZ-2F:1:1"])
    later = SmallLog(units(30))
    for note, said in (
        (log.checkpoint, "It is the same log"),
        (split.checkpoint, "two different logs"),
        (later.checkpoint, "while your proof is of the log when it had 39"),
        (log.checkpoint.replace("39", "38"), "signature does not fit"),
        ("good morning", "not whole"),
    ):
        offline.locator("details", has_text="somebody else was shown").evaluate(
            "part => { part.open = true }"
        )
        offline.get_by_label("A checkpoint").fill(note)
        offline.get_by_role("button", name="Compare").click()
        offline.locator("#compared", has_text=said).wait_for()


def proved_thrice(page: Page, program: ModuleType, books: LogBooks, sold: Sequence[tuple[str, int]]) -> int:
    """Every unit sold has a proof that page, program and pymerkle accept; gives the bytes of the longest."""
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(books.leaves())
    texts, leaves = {}, set()
    for order, unit in sold:
        proof = books.proof(order, unit)
        assert proof is not None, (order, unit)
        leaves.add(proof.leaf)
        text = texts[f"{order}-{unit}"] = proof_file(proof)
        assert program.check(str(KEY.verifier), text).startswith(
            f"£5.00 for piece {unit} of order {order} is"
        )
        by_pymerkle(tree, text, proof.root)
    assert len(leaves) == len(sold), "two units share a leaf"
    for some in parts(list(texts.items()), 500):
        found = seen(page, dict(some))
        assert [name for name, (holds, _) in found.items() if not holds] == []
    return max(len(text.encode()) for text in texts.values())


def sells(books: LogBooks, orders: int) -> list[tuple[str, int]]:
    """So many orders of one, two and three units in a month, which is closed. Gives each order and unit."""
    sold = []
    for each in (1, 2, 3):
        count = orders // 3 + (orders % 3 if each == 1 else 0)
        sold += [(order, unit) for order in books.sell(count, units=each) for unit in range(1, each + 1)]
    books.close("2026-11")
    return sold


def by_pymerkle(tree: InmemoryTree, text: str, root: bytes) -> None:
    """Raises InvalidProof unless the path in the file leads from the leaf in it to the root."""
    head, *_ = text.split("\n\n")
    _, extra, index, *path = head.split("\n")
    leaf = json.loads(base64.b64decode(extra.removeprefix("extra ")))["leaf"].encode()
    at = int(index.removeprefix("index "))
    rule = tree.prove_inclusion(at + 1).rule
    base = MerkleHasher("sha256").hash_buff(leaf)
    hashes = [base, *(base64.b64decode(line) for line in path)]
    proof = InclusionProof("sha256", True, tree.get_size(), at + 1, rule, hashes)
    verify_inclusion(base, root, proof, index=at + 1, size=tree.get_size())


def parts(rows: Sequence[tuple[str, str]], most: int) -> list[Sequence[tuple[str, str]]]:
    return [rows[at : at + most] for at in range(0, len(rows), most)]


@ONE_ENGINE
@pytest.mark.browser
def test_the_page_the_program_and_pymerkle_agree_on_every_unit_sold(
    offline: Page, program: ModuleType, books: LogBooks
) -> None:
    assert proved_thrice(offline, program, books, sells(books, 45)) <= MOST_BYTES


@pytest.mark.faults_long
def test_every_change_of_one_character_is_refused_by_the_page(offline: Page, log: SmallLog) -> None:
    text = proof_file(log.proof(PIECE))
    changed = [(where, again) for where, again in each_place(text) if again != text]
    for some in parts(changed, 500):
        found = seen(offline, dict(some))
        assert [where for where, (holds, _) in found.items() if holds] == []
        assert all(said.endswith(".") for _, said in found.values())
    print(f"\n{len(changed):,} proofs with one character changed, none of them let through")  # noqa: T201


@ONE_ENGINE
@pytest.mark.faults_long
def test_every_unit_of_ten_thousand_orders_has_a_proof_that_three_check(
    offline: Page, program: ModuleType, books: LogBooks
) -> None:
    sold, began = sells(books, 10_000), perf_counter()
    longest = proved_thrice(offline, program, books, sold)
    said = f"{len(sold):,} units of 10,000 orders, the longest proof {longest:,} bytes"
    print(f"\n{said}, made and checked thrice in {perf_counter() - began:.0f} s")  # noqa: T201
    assert longest <= MOST_BYTES
