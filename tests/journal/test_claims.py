"""No figure and no statement about science stands on the site without a source in a data file."""

import re
import tomllib
from datetime import date

import pytest
from bs4 import BeautifulSoup, Tag

from shop.journal.fact_check import NUMBER, OVERSTATED, SCIENCE
from shop.journal.journal import load
from shop.journal.markdown import TextRefused, parse
from shop.journal.studies import FOLDER, Unsourced, library

JOURNAL = load()
OURS = ["/story", *(f"/journal/{slug}" for slug in JOURNAL.posts)]
"""Pages whose words come from the journal's files."""
OTHERS = [
    "/",
    "/pieces",
    *(f"/pieces/{s}" for s in ("heart", "two-rings", "disc", "thread", "petal", "keeping")),
]
"""Pages whose sentences about science are listed in claims.toml."""
CLAIMS = {claim["says"]: claim for claim in tomllib.loads((FOLDER / "claims.toml").read_text())["claim"]}

HEAD = """+++
title = "A title"
tab = "A tab"
slug = "a-slug"
published = 2026-01-02
reviewed = 2026-01-02
note = "A note."
summary = "A summary."
sources = ["evans-1999"]
personal = ["Ours"]
+++
"""
CITED = "Such cells may stay. [[evans-1999]]\n\n"


@pytest.fixture
def engine_name() -> str:
    """These pages are made of files: one database is enough."""
    return "sqlite"


def main(client, path: str) -> Tag:
    found = BeautifulSoup(client.get(path).text, "html.parser").main
    assert found, path
    return found


def sentences(page: Tag) -> list[str]:
    blocks = page.select("p, dd, dt, h1, h2, h3, li, caption")
    text = "\n".join(" ".join(block.get_text(" ", strip=True).split()) for block in blocks)
    return [s.strip() for s in re.split(r"(?<=[.?])\s+(?=[A-Z])|\n", text) if s.strip()]


@pytest.mark.parametrize("path", OURS)
def test_every_figure_on_a_page_is_the_data_files_own(client, path):
    page = main(client, path)
    figures = page.select("data")
    assert figures
    for figure in figures:
        assert figure.text == library().figure(figure["value"])


@pytest.mark.parametrize("path", OURS)
def test_apart_from_those_no_sentence_holds_a_figure_or_overstates(client, path):
    article = main(client, path).article
    for reference in article.select("data, .cite"):
        reference.decompose()
    for sentence in sentences(article):
        assert not NUMBER.search(sentence), sentence
        assert not OVERSTATED.search(sentence), sentence


@pytest.mark.parametrize("path", OURS)
def test_every_citation_leads_to_a_source_that_says_what_was_looked_at_and_how_far_it_goes(client, path):
    page = main(client, path)
    cited = {link["href"].removeprefix("#source-") for link in page.select("a.cite")}
    listed = {source["id"].removeprefix("source-") for source in page.select(".sources ol > li")}
    assert cited == listed
    for study_id in listed:
        study = library().study(study_id)
        source = page.find(id=f"source-{study_id}")
        assert source.a["href"] == study.link
        for said in (study.title, study.authors, str(study.year), study.looked, study.found, study.limits):
            assert said in source.get_text(" ", strip=True)


@pytest.mark.parametrize("path", OTHERS)
def test_elsewhere_every_sentence_about_science_is_listed_with_what_stands_behind_it(client, path):
    page = main(client, path)
    for form in page.select("form"):
        form.decompose()  # what a visitor is asked speaks of chains and letters
    for sentence in sentences(page):
        if SCIENCE.search(sentence) or OVERSTATED.search(sentence):
            assert sentence in CLAIMS, sentence


def test_why_the_pieces_exist_holds_no_figure_that_is_not_listed(client):
    for sentence in sentences(main(client, "/").find("section", {"aria-labelledby": "why"})):
        if NUMBER.search(sentence):
            assert sentence in CLAIMS, sentence


def test_every_listed_sentence_stands_somewhere_and_rests_on_something(client):
    said = {sentence for path in OTHERS for sentence in sentences(main(client, path))}
    for sentence, claim in CLAIMS.items():
        assert sentence in said
        behind = [library().study(study) for study in claim.get("studies", ())]
        behind += [library().figure(f"fact:{fact}") for fact in claim.get("facts", ())]
        assert behind, sentence
        for fact in claim.get("facts", ()):
            assert library().figure(f"fact:{fact}") in sentence


@pytest.mark.parametrize("study", library().studies.values(), ids=lambda study: study.id)
def test_every_study_says_where_it_was_read_and_when(study):
    assert study.read_at.startswith("https://")
    assert study.mark in {"H", "M"}
    assert date(2026, 1, 1) <= study.checked <= date.today()  # noqa: DTZ011
    assert study.looked
    assert study.found
    assert study.limits
    assert str(study.year) in study.id


@pytest.mark.parametrize("study", library().studies.values(), ids=lambda study: study.id)
def test_a_studys_figures_are_those_of_its_own_account(study):
    numbers = set(re.findall(r"\d+(?:\.\d+)?%?", f"{study.looked} {study.found} {study.limits}"))
    for group in study.groups.values():
        assert 0 <= group.found <= group.of
        assert str(group.of) in numbers or group.of == group.found
        assert str(group.found) in numbers or group.found in {0, group.of}
    assert set(study.numbers.values()) <= numbers


def test_every_study_is_spoken_of_somewhere():
    used = {study.id for text in [JOURNAL.story, *JOURNAL.posts.values()] for study in text.sources}
    assert library().studies.keys() == used


@pytest.mark.parametrize(
    ("claim", "because"),
    [
        ("In 63% of women there was something.", "'6' must come from a data file"),
        ("In two hearts something was there.", "'two' must come from a data file"),
        ("Half of the women had it.", "'Half' must come"),
        ("A third of them had it.", "'A third' must come"),
        ("Most women have it.", "'Most women' must come"),
        ("Dozens were asked.", "'Dozens' must come"),
        ("A few cells stay behind.", "names no source"),
        ("Scientists have seen it.", "names no source"),
        ("- Found in the brain", "names no source"),
        ("> DNA was found.", "names no source"),
        ("It was seen in {{chan-2012:women}} women.", "without its study, [[chan-2012]]"),
        ("It was seen in {{evans-1999:nobody}} women.", "No data file holds 'evans-1999:nobody'"),
        ("It was seen. [[nobody-1999]]", "No data file holds 'nobody-1999'"),
        ("It was seen. [[chan-2012]]", "not among the sources of its head"),
        ("They stay for ever.", "says more than any study does"),
        ("This proves it.", "says more than any study does"),
        ("Every mother has them.", "says more than any study does"),
        ("## Eight women", "'Eight' must come"),
        ("`12`", "'1' must come"),
        ("    12 of 13", "'1' must come"),
        ("[12](/story)", "'1' must come"),
        ("## Ours\n\nA study was kind to us.", "has no place in a part that is somebody’s own reading"),
        (
            "## Ours\n\nThey may stay. [[evans-1999]]",
            "a study is cited in a part that is somebody’s own reading",
        ),
    ],
)
def test_a_text_that_claims_without_a_source_is_refused_and_told_why(claim, because):
    with pytest.raises(TextRefused) as refused:
        parse(HEAD + CITED + claim, library())
    assert because in str(refused.value)


def test_a_source_that_nothing_rests_on_is_refused():
    with pytest.raises(TextRefused, match="cited nowhere"):
        parse(HEAD + "Nothing to say.", library())


@pytest.mark.parametrize("place", ["title", "tab", "note", "summary"])
def test_the_head_of_a_text_carries_no_figure_either(place):
    head = re.sub(rf'{place} = "[^"]*"', f'{place} = "In 37 of them"', HEAD)
    with pytest.raises(TextRefused, match="must come from a data file"):
        parse(head + CITED, library())


def test_a_part_of_our_own_reading_says_so():
    text = parse(HEAD + CITED + "## Ours\n\nA cell is a small room.", library())
    assert '<h2>Ours</h2>\n<p class="own-reading">This part is somebody’s own reading' in text.html


@pytest.mark.parametrize("name", ["evans-1999:healthy.who", "fact:nothing", "evans-1999", ""])
def test_there_is_no_figure_that_no_file_holds(name):
    with pytest.raises(Unsourced):
        library().figure(name)


def test_the_parts_of_a_figure_add_up():
    figure = library().figure
    assert figure("chan-2012:women") == "37 of 59"
    assert figure("chan-2012:women.found") == "37"
    assert figure("chan-2012:women.of") == "59"
    assert figure("chan-2012:women.percent") == "63%"
    assert figure("evans-1999:healthy.percent") == "33%"


@pytest.mark.parametrize("slug", JOURNAL.posts)
def test_a_post_is_as_long_as_somebody_can_read_at_night(slug):
    assert 500 <= JOURNAL.posts[slug].words <= 900
