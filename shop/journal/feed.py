"""The journal as RSS 2.0 (rssboard.org/rss-specification): titles, notes and summaries, newest first."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Final
from xml.etree import ElementTree as ET

from shop.journal.markdown import Front, Text

ATOM: Final = "http://www.w3.org/2005/Atom"
KIND: Final = "application/rss+xml; charset=utf-8"
PATH: Final = "/journal/feed.xml"


def feed(texts: Sequence[Text], site_url: str) -> bytes:
    """The feed as UTF-8. An item's content note comes before its summary: nobody is taken unawares."""
    ET.register_namespace("atom", ATOM)
    rss = ET.Element("rss", version="2.0")
    channel = ET.SubElement(rss, "channel")
    _say(channel, "title", "Journal · Part of Me")
    _say(channel, "link", f"{site_url}/journal")
    _say(channel, "description", "What studies have found, what is not known, and how the pieces came about.")
    _say(channel, "language", "en-GB")
    if texts:
        _say(channel, "lastBuildDate", _moment(max(text.front.reviewed for text in texts)))
    here = {"href": f"{site_url}{PATH}", "rel": "self", "type": "application/rss+xml"}
    ET.SubElement(channel, f"{{{ATOM}}}link", here)
    for text in texts:
        _add(channel, text.front, f"{site_url}/journal/{text.front.slug}")
    return bytes(ET.tostring(rss, encoding="utf-8", xml_declaration=True))


def _add(channel: ET.Element, front: Front, address: str) -> None:
    item = ET.SubElement(channel, "item")
    _say(item, "title", front.title)
    _say(item, "link", address)
    _say(item, "guid", address)
    _say(item, "pubDate", _moment(front.published))
    _say(item, "description", f"{front.note} {front.summary}")


def _say(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text


def _moment(day: date) -> str:
    return format_datetime(datetime.combine(day, time(9), UTC), usegmt=True)
