"""What people who buy and write have typed in these tests, and whether a page shows it as theirs."""

import re
from typing import Final

from bs4 import BeautifulSoup, Tag

PLANTED: Final = (
    "12 Quiet Street", "14 May", "Ada Byron", "Rose Byron", "Aoife & Tomás", "BA1 1AA", "Caoimhe", "For you",
    "For Wren", "Is it Wren", "It says Wern", "“Wren”", "Síle", "She would be nine",
    "The last letter of her name", "We called her", "With love from", "ada.byron@example.org",
    "ada@example.com", "new1@example.com",
    "without him", "Ωmega", "ᏣᎳᎩ",
)  # fmt: skip
"""Each is shown by the filters of shop/text/own_words.py and in no other way."""


STRAY: Final = """planted => {
  const stray = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const at = node.parentElement, own = at.closest(".own-words");
    if (!planted.some(words => node.data.includes(words)) || at.closest("textarea, script, svg")) continue;
    if (!(own?.dir && !own.translate && getComputedStyle(own).whiteSpace === "pre-wrap"))
      stray.push(at.outerHTML.slice(0, 200));
  }
  return stray;
}"""
"""The same question as `stray` asks, in a browser, which also knows the style sheets."""


def stray(html: str) -> list[str]:
    """Where words of theirs stand outside of it: they might be translated, turned round or lose a space."""
    page = BeautifulSoup(html, "html.parser")
    return [
        str(text.parent)[:200]
        for text in page.find_all(string=lambda said: any(words in said for words in PLANTED))
        if text.find_parent(["textarea", "script", "svg", "title"]) is None and not _is_own(text.parent)
    ]


def _is_own(tag: Tag | None) -> bool:
    around = [tag, *tag.parents] if tag else []
    return any(
        {"own-words", "words"} & set(each.get("class") or ())
        and each.get("dir") in {"ltr", "rtl"}
        and each.get("translate") == "no"
        for each in around
        if isinstance(each, Tag)
    )


EXACT: Final = {"autocorrect": "off", "spellcheck": "false", "writingsuggestions": "false"}
ALONE: Final = {
    "autocomplete": "off", "data-1p-ignore": "true", "data-lpignore": "true", "data-gramm": "false",
    "writingsuggestions": "false", "dir": "auto",
}  # fmt: skip
FIELDS: Final = {
    r"engraving-.*": EXACT | ALONE | {"autocapitalize": "off", "enterkeyhint": "done"},
    r"dedication|gift_message": ALONE | {"autocorrect": "off", "spellcheck": "true"},
    r"words|answer|wish|note": ALONE | {"spellcheck": "true"},
    r"name|buyer_name|wall-name|line1|line2|town": EXACT | {"autocapitalize": "words", "dir": "auto"},
    r"postcode": EXACT | {"autocapitalize": "characters", "dir": "ltr", "autocomplete": "postal-code"},
    r"needed_by|not_before|not_on": EXACT | {"autocapitalize": "none", "dir": "ltr", "autocomplete": "off"},
    r"email": EXACT | {"autocapitalize": "none", "inputmode": "email", "type": "email"},
    r"phone": EXACT | {"inputmode": "tel", "type": "tel"},
}
"""What fields of these names must say, so that nothing of what is typed there is changed or sent away."""


def typed_in(html: str) -> list[Tag]:
    """The fields of a page that take words."""
    kinds = "input:not([type]), input[type=text], input[type=email], input[type=tel], textarea"
    return [
        field for field in BeautifulSoup(html, "html.parser").select(kinds) if not field.has_attr("readonly")
    ]


def lax(html: str) -> list[str]:
    """The fields in which something may be changed by a keyboard, a browser or what stands in it."""
    return [str(field)[:200] for field in typed_in(html) if not _is_strict(field)]


def untold(html: str) -> list[str]:
    """The fields of a page of staff of which no keyboard and no writing help is told what is typed there.

    What is neither a number nor left unread may be corrected, and read elsewhere: notes are about buyers.
    """
    said = ("inputmode", "writingsuggestions")
    return [str(field)[:200] for field in typed_in(html) if not any(field.has_attr(name) for name in said)]


def _is_strict(field: Tag) -> bool:
    must = next((said for name, said in FIELDS.items() if re.fullmatch(name, str(field.get("name")))), None)
    return must is not None and all(field.get(key) == value for key, value in must.items())
