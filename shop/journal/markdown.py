"""A text of the journal: a Markdown file with TOML front matter, read, checked and rendered once.

`[[study-id]]` cites a study, `{{study-id:figure}}` and `{{fact:name}}` print what a data file holds. Raw HTML
is shown as text, and pictures are left out.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_type_hints

from markupsafe import Markup, escape

from shop.frozen import frozen
from shop.journal.fact_check import Passage, problems
from shop.journal.studies import FACT, Library, Study, Unsourced

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

FENCE: Final = "+++"
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CITATION: Final = re.compile(r"\[\[([a-z0-9-]+)\]\]")
FIGURE: Final = re.compile(r"\{\{([a-z0-9-]+:[a-z0-9.-]+)\}\}")
OWN_READING: Final = "This part is somebody’s own reading, not a finding."


class TextRefused(Exception):
    """A text cannot be published as it is; `problems` say what to change, one sentence each."""

    def __init__(self, name: str, found: Sequence[str]) -> None:
        super().__init__(f"{name} cannot be published yet:\n" + "\n".join(f"- {one}" for one in found))
        self.name = name
        self.problems = tuple(found)


@frozen(kw_only=True)
class Front:
    """What the head of a file says of its text. `personal` names headings of somebody's own reading."""

    title: str
    tab: str
    """The page's title in the browser: true, and silent about why somebody reads it."""
    slug: str
    published: date
    reviewed: date
    note: str
    """One calm sentence on what the text speaks of, shown before it."""
    summary: str
    sources: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    drawing: bool = False
    order: int = 0


KINDS: Final = get_type_hints(Front)


@frozen
class Text:
    """A text ready to show."""

    front: Front
    html: Markup
    sources: tuple[Study, ...]
    words: int

    @property
    def takes(self) -> str:
        """About how long it takes to read, at 200 words a minute."""
        minutes = max(1, round(self.words / 200))
        return f"{minutes} minute{'s' if minutes > 1 else ''}"


def read(path: Path, library: Library) -> Text:
    """The text of a file. Raises TextRefused."""
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise TextRefused(path.name, ["It cannot be read as text in UTF-8."]) from None
    return parse(source, library, name=path.name)


def parse(source: str, library: Library, *, name: str = "The text") -> Text:
    """The text of a source. Raises TextRefused when it is malformed or claims what nothing stands behind."""
    front, body = _split(source, name)
    md = _markdown(library, front)
    try:
        tokens = md.parse(body)
        html = md.renderer.render(tokens, md.options, {})
        passages = [*_front_passages(front), *_passages(tokens, front)]
        found = [*problems(iter(passages)), *_source_problems(passages, front, library)]
    except Unsourced as missing:
        raise TextRefused(name, [str(missing)]) from None
    if found:
        raise TextRefused(name, found)
    sources = tuple(library.study(study) for study in front.sources)
    words = len(re.sub(r"<[^>]+>", " ", html).split())
    # Made by the Markdown renderer with raw HTML off; what the data files say is escaped below.
    return Text(front, Markup(html), sources, words)  # noqa: S704


def _split(source: str, name: str) -> tuple[Front, str]:
    opening, _, rest = source.partition("\n")
    head, fence, body = rest.partition(f"\n{FENCE}\n")
    if opening.strip() != FENCE or not fence:
        raise TextRefused(name, [f"It must begin with a head between two lines of {FENCE}."])
    try:
        said = tomllib.loads(head)
    except tomllib.TOMLDecodeError as wrong:
        raise TextRefused(name, [f"Its head is not TOML: {wrong}."]) from None
    known = {field.name for field in fields(Front)}
    said = {key: tuple(value) if isinstance(value, list) else value for key, value in said.items()}
    try:
        front = Front(**said)
    except TypeError:
        raise TextRefused(name, [f"Its head may hold {', '.join(sorted(known))}, and no other."]) from None
    if strange := sorted(key for key, value in said.items() if not _is_a(value, KINDS[key])):
        raise TextRefused(name, [f"Its head holds the wrong kind of thing as {', '.join(strange)}."])
    if not SLUG.fullmatch(front.slug):
        raise TextRefused(name, ["Its slug may hold small letters, digits and single hyphens."])
    return front, body


def _is_a(value: object, kind: object) -> bool:
    if kind == tuple[str, ...]:
        return isinstance(value, tuple) and all(isinstance(one, str) for one in value)
    return type(value) is kind


def _source_problems(passages: Sequence[Passage], front: Front, library: Library) -> Iterator[str]:
    cited = {source for passage in passages for source in passage.sources} - {FACT}
    for missing in sorted(cited - set(front.sources)):
        yield f"{library.study(missing).citation} is cited but not among the sources of its head."
    for idle in sorted(set(front.sources) - cited):
        yield f"{library.study(idle).citation} is among the sources of its head but cited nowhere."


def _front_passages(front: Front) -> Iterator[Passage]:
    for said in (front.title, front.tab, front.note, front.summary):
        yield Passage(said, frozenset(), frozenset(), heading=True)


def _passages(tokens: Sequence["Token"], front: Front) -> Iterator[Passage]:
    personal, heading = False, False
    for token in tokens:
        if token.type == "heading_open":
            heading = True
        elif token.type == "heading_close":
            heading = False
        elif token.type in {"code_block", "fence"}:
            yield Passage(token.content, frozenset(), frozenset(), personal)
        elif token.type == "inline":
            children = token.children or []
            text = "".join(_own_words(child) for child in children)
            if heading:
                personal = text in front.personal
            cited = {child.meta["name"] for child in children if child.type == "citation"}
            figures = {child.meta["name"] for child in children if child.type == "figure"}
            facts = {FACT} if any(name.startswith(f"{FACT}:") for name in figures) else set()
            yield Passage(text, frozenset(cited | facts), frozenset(figures), personal, heading)


def _own_words(token: "Token") -> str:
    if token.type in {"softbreak", "hardbreak"}:
        return " "
    if token.type == "image":
        return token.content
    return token.content if token.type in {"text", "code_inline"} else ""


def _markdown(library: Library, front: Front) -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - sixty modules, and the texts are read once

    md = MarkdownIt("commonmark", {"html": False, "typographer": True})
    md.enable("smartquotes").disable(["image", "autolink"])
    md.inline.ruler.before("link", "citation", _rule(CITATION, "citation"))
    md.inline.ruler.before("link", "figure", _rule(FIGURE, "figure"))

    def citation(_self: "RendererHTML", tokens: Sequence["Token"], idx: int, *_: Any) -> str:
        study = library.study(tokens[idx].meta["name"])
        return f'<a class="cite" href="#source-{study.id}">{escape(study.citation)}</a>'

    def figure(_self: "RendererHTML", tokens: Sequence["Token"], idx: int, *_: Any) -> str:
        name = tokens[idx].meta["name"]
        return f'<data value="{escape(name)}">{escape(library.figure(name))}</data>'

    def heading_close(_self: "RendererHTML", tokens: Sequence["Token"], idx: int, *_: Any) -> str:
        label = (
            f'<p class="own-reading">{OWN_READING}</p>' if tokens[idx - 1].content in front.personal else ""
        )
        return f"</{tokens[idx].tag}>\n{label}"

    md.add_render_rule("citation", citation)
    md.add_render_rule("figure", figure)
    md.add_render_rule("heading_close", heading_close)
    return md


def _rule(pattern: re.Pattern[str], kind: str) -> Any:
    def rule(state: "StateInline", silent: bool) -> bool:  # noqa: FBT001
        found = pattern.match(state.src, state.pos)
        if found is None:
            return False
        if not silent:
            token = state.push(kind, "", 0)
            token.meta = {"name": found[1]}
        state.pos = found.end()
        return True

    return rule
