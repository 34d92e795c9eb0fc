"""Support: help comes first, and no number stands there longer than somebody has looked at it."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup

from shop import clock
from shop.pages import support
from shop.pages.support import SAMPLE, SupportRefused

GROUPS = support.read(SAMPLE)
ENTRIES = [entry for group in GROUPS for entry in group.entries]


@pytest.fixture
def on(app, monkeypatch):
    """The support page as it is on a day."""

    def open_on(day: date) -> BeautifulSoup:
        monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        return BeautifulSoup(app.test_client().get("/support").text, "html.parser")

    return open_on


def numbers_on(page: BeautifulSoup) -> list[str]:
    return [link["href"] for link in page.select(".helpers .way a")]


def test_help_stands_before_anything_about_the_shop(on):
    text = on(ENTRIES[0].checked).main.get_text(" ")
    assert text.index("999") < text.index("Samaritans") < text.index("Sands") < text.index("Write to us")


def test_every_number_of_the_file_can_be_dialled_until_its_review(on):
    page = on(ENTRIES[0].review_by)
    assert numbers_on(page) == [way.href for entry in ENTRIES for way in entry.ways]
    assert page.find("a", href="tel:116123").get_text() == "116 123"
    assert page.find("a", href="sms:85258?body=SHOUT")


def test_the_day_after_its_review_an_entry_is_a_link_without_a_number(on):
    page = on(max(entry.review_by for entry in ENTRIES) + timedelta(days=1))
    assert numbers_on(page) == []
    links = [link["href"] for link in page.select(".helpers h3 a")]
    assert links == [entry.url for entry in ENTRIES]
    assert not page.main.find_all(string=lambda text: "116 123" in text)
    assert page.find("a", href="tel:999"), "the emergency number does not go out of date"


def test_every_source_and_day_stands_on_the_page(on):
    rows = on(ENTRIES[0].checked).select("#sources tbody tr")
    assert len(rows) == len(ENTRIES)
    for row, entry in zip(rows, ENTRIES, strict=True):
        assert entry.source in row.get_text()
        assert str(entry.checked.year) in row.get_text()


def test_nothing_is_overdue_on_the_day_it_was_compared():
    assert support.overdue(GROUPS, max(entry.checked for entry in ENTRIES)) == []
    assert support.overdue(GROUPS, date(2100, 1, 1)) == ENTRIES


def test_reviews_come_within_a_quarter():
    for entry in ENTRIES:
        assert timedelta(0) < entry.review_by - entry.checked <= timedelta(days=90), entry.name


def test_every_entry_belongs_to_a_group_and_has_sources_enough_for_its_numbers():
    assert len(ENTRIES) == SAMPLE.read_text().count("[[entry]]")
    for entry in ENTRIES:
        assert not entry.ways or entry.mark in {"H", "M"}, entry.name


def test_pandas_is_called_what_it_is():
    (pandas,) = [entry for entry in ENTRIES if entry.name.startswith("PANDAS")]
    assert "mental-health charity" in pandas.what
    assert pandas.group == "mind"


def entry(**changes: str) -> str:
    facts = {
        "group": '"now"', "name": '"A"', "what": '"B"', "url": '"https://a.example"', "mark": '"M"',
        "source": '"read there"', "checked": "2026-11-22", "review_by": "2027-01-01",
        "way": '[{ say = "Call", number = "1" }]', **changes,
    }  # fmt: skip
    lines = "\n".join(f"{key} = {value}" for key, value in facts.items() if value)
    return f'[[group]]\nkey = "now"\ntitle = "Now"\nlead = ""\n[[entry]]\n{lines}\n'


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mark": '"L"'}, "nothing sure enough"),
        ({"source": '" "'}, "where it was read"),
        ({"source": ""}, "cannot be read"),
        ({"checked": '"lately"'}, "needs the days"),
        ({"review_by": "2027-01-01T10:00:00"}, "needs the days"),
        ({"url": '"http://a.example"'}, "https://"),
        ({"way": '[{ say = "Call" }]'}, "cannot be read"),
        ({"phone": '"2"'}, "cannot be read"),
    ],
)
def test_a_file_that_may_not_be_shown_stops_the_start(tmp_path, changes, said):
    (tmp_path / "support.toml").write_text(entry(**changes))
    with pytest.raises(SupportRefused, match=said):
        support.load(tmp_path)


def test_the_owners_own_file_is_read_instead(tmp_path):
    (tmp_path / "support.toml").write_text(entry())
    ((only,),) = (group.entries for group in support.load(tmp_path))
    assert only.ways_on(date(2027, 1, 1))[0].href == "tel:1"
    assert only.ways_on(date(2027, 1, 2)) == ()
    (tmp_path / "support.toml").write_text(entry(mark='"L"', way=""))
    ((link,),) = (group.entries for group in support.load(tmp_path))
    assert link.ways == ()


def test_the_owner_is_told_whose_number_to_look_at_again(app, monkeypatch):
    first = min(entry.review_by for entry in ENTRIES)
    run = app.test_cli_runner().invoke

    def told_on(day: date) -> tuple[int, str]:
        monkeypatch.setattr(clock, "now", lambda: datetime(day.year, day.month, day.day, tzinfo=UTC))
        found = run(args=["support", "due"])
        return found.exit_code, found.output

    assert told_on(first - timedelta(days=20)) == (0, "")
    code, said = told_on(first - timedelta(days=10))
    assert code == 1
    assert "Samaritans: https://www.samaritans.org" in said


def test_a_text_message_already_holds_its_keyword():
    assert support.Way("Text SHOUT to", "85258").href == "sms:85258?body=SHOUT"
    assert support.Way("Call", "116 123").href == "tel:116123"


def test_no_number_may_go_unlooked_at_for_longer_than_a_quarter(tmp_path):
    file = tmp_path / "support.toml"
    text = support.SAMPLE.read_text()
    file.write_text(re.sub(r"review_by = .*", "review_by = 2029-01-01", text))
    with pytest.raises(support.SupportRefused, match="within 90 days"):
        support.read(file)
