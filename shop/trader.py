"""Who sells: the identity that the law asks every page, e-mail and contract to carry.

Sources: Companies (Trading Disclosures) rules and the Electronic Commerce (EC Directive) Regulations 2002:
name, geographic address, e-mail; for a company its number, place of registration and registered office.
"""

import tomllib
from calendar import month_name
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeGuard

from shop import clock
from shop.frozen import frozen
from shop.settings import SettingsError
from shop.text.email_addresses import read_email
from shop.text.postcodes import BEYOND, GREAT_BRITAIN

SAMPLE: Final = Path(__file__).with_name("trader.toml")
OWN: Final = "trader.toml"
"""The name of the owner's file in the instance directory."""

KEYS: Final = {"vat_number": "vat"}
"""What the file calls it, where that is another word."""

COMPANY: Final = "company"
FORMS: Final = (COMPANY, "sole trader")
MONTHS: Final = tuple(month_name)[1:]


class TraderIncomplete(SettingsError):
    """The file lacks something that the law asks for, or has something that cannot be meant."""

    def __init__(self, file: Path, what: str) -> None:
        self.file = file
        self.what = what
        super().__init__(f"{file}: {what}")


class SampleTrader(SettingsError):
    """Real money would be taken in the name of somebody who does not exist; the shop will not start."""

    def __init__(self, file: Path) -> None:
        self.file = file
        super().__init__(
            "Real payments are switched on, but nobody is named who takes them. Copy shop/trader.toml "
            f"to {file}, fill in who you are, and set sample = false."
        )


@frozen(kw_only=True)
class Trader:
    """The seller. `address` is lines; `vat_number` and `notice` may be empty."""

    sample: bool
    name: str
    form: str
    legal_name: str
    address: tuple[str, ...]
    email: str
    reply_within: str
    company_number: str = ""
    registered_in: str = ""
    vat_number: str = ""
    """Empty of who is not registered for VAT; `vat` says whether it counts yet."""
    vat_from: date | None = None
    """The first day of the registration, in Britain; None: it was registered before the shop was."""
    notice: str = ""
    financial_year_from: str = "April"
    """The month with which the business's year begins."""
    returns_address: tuple[str, ...] = ()
    """Where pieces are sent back to, where that is not `address`."""

    also_posts_to: tuple[str, ...] = ()
    """Of postcodes.BEYOND, where else than in Great Britain: see the questions in shop/trader.toml."""

    @property
    def posts_to(self) -> tuple[str, ...]:
        """Every place that orders are posted to."""
        return (GREAT_BRITAIN, *self.also_posts_to)

    @property
    def posts_within(self) -> str:
        """The same in words: Great Britain and the Isle of Man."""
        *others, last = self.posts_to
        return f"{', '.join(others)} and {last}" if others else last

    @property
    def not_posted_to(self) -> str:
        """Where orders are not posted to, in words."""
        places = ", ".join(place for place in BEYOND if place not in self.posts_to)
        return f"{places} or any other country" if places else "any other country"

    @property
    def financial_year_month(self) -> int:
        """The number of that month."""
        return MONTHS.index(self.financial_year_from) + 1

    @property
    def returns_to(self) -> tuple[str, ...]:
        """Where pieces are sent back to, as lines."""
        return (self.name, *(self.returns_address or self.address))

    @property
    def vat(self) -> str:
        """The VAT number, from the day of the registration on; empty while there is none."""
        return self.vat_number if self.vat_from is None or clock.today() >= self.vat_from else ""

    @property
    def goods(self) -> str:
        """What stands before the sum of the pieces: VAT is spoken of only by who is registered for it."""
        return "Pieces and engraving, VAT included" if self.vat else "Pieces and engraving"

    @property
    def imprint(self) -> str:
        """Who sells and where, in a sentence or three: at the foot of every page."""
        is_what = f"the business of {self.legal_name}"
        if self.is_company:
            is_what = (
                f"a trading name of {self.legal_name}, a company registered in {self.registered_in}, "
                f"number {self.company_number}"
            )
        vat = f" VAT number {self.vat}." if self.vat else ""
        sample = " These are sample details." if self.sample else ""
        return f"{self.name} is {is_what}; {', '.join(self.address)}.{vat}{sample}"

    @property
    def signature(self) -> str:
        """The same at the end of an e-mail."""
        trading = f", trading as {self.name}" if self.legal_name != self.name else ""
        company = (
            f" Registered in {self.registered_in}, number {self.company_number}." if self.is_company else ""
        )
        vat = f" VAT number {self.vat}." if self.vat else ""
        sample = " (These are sample details.)" if self.sample else ""
        address = ", ".join(self.address)
        return f"{self.legal_name}{trading}, {address}, {self.email}.{company}{vat}{sample}"

    @property
    def is_company(self) -> bool:
        """Whether it is a company rather than a person."""
        return self.form == COMPANY


def load(instance_dir: Path, *, livemode: bool) -> Trader:
    """The owner's trader, or the sample when there is none.

    Raises TraderIncomplete, and SampleTrader when real money moves (`livemode`) and it is the sample.
    """
    own = instance_dir / OWN
    trader = read(own if own.is_file() else SAMPLE)
    if livemode and trader.sample:
        raise SampleTrader(own)
    return trader


def read(file: Path) -> Trader:
    """Read a trader file. Raises TraderIncomplete with what to change in it."""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise TraderIncomplete(file, f"this is not TOML: {broken}") from None
    if strange := table.keys() - {KEYS.get(field.name, field.name) for field in fields(Trader)}:
        raise TraderIncomplete(file, f"there is no such thing as {', '.join(sorted(strange))}.")
    trader = Trader(**_checked(file, table))
    if file != SAMPLE:
        _check_email(file, trader.email)
    return trader


def _checked(file: Path, table: dict[str, Any]) -> dict[str, Any]:
    """The table with its kinds right and nothing missing."""
    sample, address, returns = table.get("sample"), table.get("address"), table.get("returns_address", [])
    if not isinstance(sample, bool):
        raise TraderIncomplete(file, "sample must be true or false.")
    if not _is_lines(address):
        raise TraderIncomplete(file, "address must be a list of lines.")
    if returns and not _is_lines(returns):
        raise TraderIncomplete(file, "returns_address must be a list of lines.")
    also = table.get("also_posts_to", [])
    if also and not (_is_lines(also) and set(also) <= set(BEYOND)):
        raise TraderIncomplete(file, f"also_posts_to must be a list, of: {', '.join(BEYOND)}.")
    vat_from = table.get("vat_from")
    if vat_from is not None and (type(vat_from) is not date or not table.get("vat")):
        raise TraderIncomplete(file, "vat_from must be a day such as 2027-04-01, of the number in vat.")
    apart = {"sample", "address", "returns_address", "vat_from", "also_posts_to"}
    texts = {key: said for key, said in table.items() if key not in apart}
    if wrong := sorted(key for key, said in texts.items() if not isinstance(said, str)):
        raise TraderIncomplete(file, f"{', '.join(wrong)} must be text.")
    if texts.get("form") not in FORMS:
        raise TraderIncomplete(file, f"form must be one of: {', '.join(FORMS)}.")
    if texts.get("financial_year_from", MONTHS[0]) not in MONTHS:
        raise TraderIncomplete(file, "financial_year_from must be a month, as in April.")
    if missing := _missing(texts):
        raise TraderIncomplete(file, f"please fill in {', '.join(missing)}.")
    vat = {"vat_number": texts.pop("vat", ""), "vat_from": vat_from}
    lines = {"address": address, "returns_address": returns, "also_posts_to": also}
    return {"sample": sample, **{key: tuple(said) for key, said in lines.items()}, **vat, **texts}


def _is_lines(said: object) -> TypeGuard[list[str]]:
    return isinstance(said, list) and bool(said) and all(isinstance(line, str) and line for line in said)


def _missing(texts: dict[str, str]) -> list[str]:
    needed = ["name", "legal_name", "email", "reply_within"]
    needed += ["company_number", "registered_in"] if texts["form"] == COMPANY else []
    return [key for key in needed if not texts.get(key, "").strip()]


def _check_email(file: Path, email: str) -> None:
    if read_email(email) is None:
        raise TraderIncomplete(file, f"{email!r} is not an e-mail address.")
