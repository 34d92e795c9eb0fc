"""The set-up cannot rot: what the locks name installs in every year to come, with old pips and new.

The index of these tests is next year's: it has every package of the locks, empty but for what each says it
needs, and beside each a release that came later. Pip is run as the Makefile runs it.
"""

import hashlib
import re
import shlex
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

pytestmark = pytest.mark.slow

HERE = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
PIPS = sorted(path.stem.removeprefix("pip-") for path in Path(__file__).parent.glob("pip-*.lock"))


def locked(name: str) -> list[Requirement]:
    """What a lock names for this machine."""
    text = (HERE / name).read_text()
    found = [Requirement(line.rstrip(" \\")) for line in text.splitlines() if re.match(r"[a-z0-9]", line)]
    return [one for one in found if one.marker is None or one.marker.evaluate()]


def pinned(requirement: Requirement) -> str:
    (pin,) = requirement.specifier
    assert pin.operator == "=="
    return pin.version


def wheel(index: Path, name: str, version: str) -> Path:
    """A package that installs nothing but its name, and needs what the real one needs, in its own folder."""
    needs = [f"Requires-Dist: {need}" for need in metadata.requires(name) or []]
    extras = [f"Provides-Extra: {one}" for one in metadata.metadata(name).get_all("Provides-Extra") or []]
    stem = f"{re.sub('[-_.]+', '_', name)}-{version}"
    path = index / re.sub("[-_.]+", "-", name).lower() / f"{stem}-py3-none-any.whl"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        head = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *needs, *extras]
        archive.writestr(f"{stem}.dist-info/METADATA", "\n".join(head) + "\n")
        tags = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        archive.writestr(f"{stem}.dist-info/WHEEL", tags)
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return path


@pytest.fixture(scope="module")
def next_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the locks, and in `index` each package they name and a later release of it."""
    folder = tmp_path_factory.mktemp("next-year")
    (folder / "index").mkdir()
    hashes: dict[str, str] = {}
    for requirement in {str(one): one for name in LOCKS for one in locked(name)}.values():
        version = pinned(requirement)
        made = wheel(folder / "index", requirement.name, version)
        hashes[requirement.name] = hashlib.sha256(made.read_bytes()).hexdigest()
        later = Version(version)
        wheel(folder / "index", requirement.name, f"{later.major}.{later.minor}.{later.micro + 1000}")
    for shelf in (folder / "index").iterdir():
        links = [f'<a href="{one.name}">{one.name}</a>' for one in shelf.glob("*.whl")]
        (shelf / "index.html").write_text("<!doctype html>" + "".join(links))
    for name in LOCKS:
        lines = [f"{one.name}=={pinned(one)} --hash=sha256:{hashes[one.name]}\n" for one in locked(name)]
        (folder / name).write_text("".join(lines))
    return folder


def installs() -> list[list[str]]:
    """How the Makefile calls pip: one call a lock, the arguments after `pip`."""
    shown = subprocess.run(
        ["make", "--dry-run", "--always-make", "install-test"],
        cwd=HERE, check=True, capture_output=True, text=True,
    )  # fmt: skip
    calls = [line.split(" -m pip ", 1)[1] for line in shown.stdout.splitlines() if " -m pip install " in line]
    return [shlex.split(call) for call in calls if "requirements" in call]


def with_pip(version: str, into: Path, arguments: Iterable[str]) -> subprocess.CompletedProcess[str]:
    """Run that pip with the Python of an environment that has none, and no settings of anybody's."""
    folder = HERE / ".venv" / "pips" / version
    assert (folder / "pip").is_dir(), "run `make install-test`, which brings the pips that are tried"
    environ = {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(folder),
        "HOME": str(into),
        "PIP_CONFIG_FILE": "/dev/null",
    }
    command = [into / "bin" / "python", "-m", "pip", *arguments]
    return subprocess.run(command, env=environ, cwd=into.parent, capture_output=True, text=True, check=False)


def set_up(version: str, folder: Path, into: Path, calls: Iterable[Iterable[str]]) -> str:
    """What pip complained of; nothing when all was installed and `pip check` finds nothing lacking."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(into)], check=True)
    index = ["--index-url", (folder / "index").as_uri(), "--disable-pip-version-check"]
    for call in calls:
        done = with_pip(version, into, [*call, *index])
        if done.returncode:
            return done.stderr
    checked = with_pip(version, into, ["check"])
    return "" if checked.returncode == 0 else checked.stdout


@pytest.mark.parametrize("version", PIPS)
def test_what_the_locks_name_installs_when_everything_else_has_moved_on(
    next_year: Path, version: str
) -> None:
    calls = installs()
    assert [call[-1] for call in calls] == list(LOCKS)
    assert not set_up(version, next_year, next_year / f"venv-{version}", calls)


def test_an_older_pip_that_looks_for_more_would_have_failed(next_year: Path) -> None:
    calls = [[part for part in call if part != "--no-deps"] for call in installs()]
    complaint = set_up("23.2.1", next_year, next_year / "venv-looking", calls)
    assert "In --require-hashes mode, all requirements must have their versions pinned" in complaint


def test_a_lock_that_forgot_a_package_is_noticed(next_year: Path) -> None:
    lines = (next_year / LOCKS[0]).read_text().splitlines(keepends=True)
    (next_year / "short.lock").write_text("".join(line for line in lines if not line.startswith("jinja2==")))
    call = [*installs()[0][:-1], "short.lock"]
    assert "jinja2, which is not installed" in set_up("23.2.1", next_year, next_year / "venv-short", [call])


def test_the_locks_and_what_is_asked_of_them_are_one_list() -> None:
    names = {name: {one.name for one in locked(name)} for name in LOCKS}
    assert names[LOCKS[0]] < names[LOCKS[1]]
    both = [one for one in locked(LOCKS[1]) if one.name in names[LOCKS[0]]]
    assert {str(one) for one in both} == {str(one) for one in locked(LOCKS[0])}


@pytest.mark.parametrize("name", [*LOCKS, *(f"tests/setup/pip-{version}.lock" for version in PIPS)])
def test_a_lock_names_no_host_and_pins_each_package_by_hash(name: str) -> None:
    text = (HERE / name).read_text()
    assert "://" not in text
    assert "--index" not in text
    for entry in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert re.match(r"[a-z0-9_.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
