"""E-mail addresses that look mistyped: what was probably meant. Nobody is refused for it, only asked."""

from collections.abc import Mapping
from typing import Final

PROVIDERS: Final = frozenset(
    {
        "gmail.com", "googlemail.com", "hotmail.com", "hotmail.co.uk", "outlook.com", "live.com",
        "live.co.uk", "msn.com", "yahoo.com", "yahoo.co.uk", "ymail.com", "rocketmail.com",
        "icloud.com", "me.com", "mac.com", "aol.com", "aol.co.uk", "btinternet.com", "btopenworld.com",
        "sky.com", "virginmedia.com", "ntlworld.com", "virgin.net", "blueyonder.co.uk", "talktalk.net",
        "tiscali.co.uk", "plus.net", "proton.me", "pm.me", "protonmail.com", "gmx.com", "gmx.co.uk",
        "mail.com", "email.com", "fastmail.com", "zoho.com", "nhs.net",
    }
)  # fmt: skip
"""Where most people in Britain have their e-mail, and what is near to one of those and real."""

COUNTRIES: Final = (
    ".at", ".be", ".ca", ".ch", ".de", ".dk", ".es", ".fi", ".fr", ".gr", ".ie", ".in", ".it", ".jp", ".nl",
    ".no", ".pl", ".pt", ".se", ".com.au", ".com.br", ".co.in",
)  # fmt: skip
"""Endings under which large providers give addresses in other countries."""

ENDINGS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (".con", ".cpm", ".cim", ".vom", ".xom", ".ocm", ".cmo", ".comm", ".coom", ".cocm", ".c0m", ".dom"),
        ".com",
    ),
    **dict.fromkeys(
        (".co.ukk", ".co.uuk", ".co.ku", ".co.uj", ".co.ul", ".co.ui", ".co.yk", ".co.ik", ".co.u", ".co.k",
         ".cco.uk", ".coo.uk", ".vo.uk", ".xo.uk", ".ci.uk", ".cp.uk", ".oc.uk", ".c.uk", ".o.uk", ".couk",
         ".cou.k", ".con.uk", ".com.uk", ".co.uk.uk", ".co.uk.co"),
        ".co.uk",
    ),
    ".org.ukk": ".org.uk",
    ".ac.ukk": ".ac.uk",
    **dict.fromkeys((".nett", ".ner", ".nte"), ".net"),
    **dict.fromkeys((".ogr", ".orgg", ".prg", ".rog"), ".org"),
}  # fmt: skip
"""Endings that are no country's and no registry's, or that nobody in Britain means."""

SHORTEST: Final = 5
"""Letters before the first dot: shorter names have too many real neighbours to be asked about."""
LONG: Final = 7
"""Names of so many letters may have two slips."""


def meant(email: str) -> str | None:
    """The address that was probably meant; None when this one looks right."""
    local, at, domain = email.rpartition("@")
    likely = _domain(domain.lower()) if at else None
    return f"{local}@{likely}" if likely else None


def _domain(domain: str) -> str | None:
    if domain in PROVIDERS:
        return None
    mended = _with_right_ending(domain)
    if mended in PROVIDERS:
        return mended
    near = _nearest(mended)
    return near or (mended if mended != domain else None)


def _with_right_ending(domain: str) -> str:
    for wrong, right in ENDINGS.items():
        if domain.endswith(wrong) and len(domain) > len(wrong):
            return domain.removesuffix(wrong) + right
    return domain


def _nearest(domain: str) -> str | None:
    """The provider whose name this is but for a slip or two; none when that is real in another country."""
    name, _, _ = domain.partition(".")
    found: list[tuple[int, str]] = []
    for provider in PROVIDERS:
        known, _, _ = provider.partition(".")
        abroad = name == known and any(domain == name + ending for ending in COUNTRIES)
        if len(known) < SHORTEST or abroad:
            continue
        most = 2 if len(known) >= LONG else 1
        slips = _slips(domain, provider, most)
        if slips <= most or (name == known and _is_only(known)):
            found.append((slips, provider))
    return min(found)[1] if found else None


def _is_only(name: str) -> bool:
    """Whether a provider has addresses under one ending alone, so that any other is a slip."""
    return sum(provider.partition(".")[0] == name for provider in PROVIDERS) == 1


def _slips(one: str, other: str, most: int) -> int:
    """How many letters were left out, put in, changed, or swapped with their neighbour.

    Beyond `most` it is not counted how many more: most addresses are like no provider's from the start.
    """
    if abs(len(one) - len(other)) > most:
        return len(one) + len(other)
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        older, before, row = before, row, [i]
        for j, wanted in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(*before, *row) > most:
            return len(one) + len(other)
    return row[-1]
