"""A journey from a piece to its payment page, interrupted at random; what was lost on it, in sentences."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from tests.faults.interruptions.devices import Device

NAMES: Final = ("Wren", "Caoimhe", "Zoë", "Síle", "Björn", "Ada May", "Noor", "Łucja", "Ida", "Theo & Max")
CARDS: Final = ("For you,\nalways", "“Little one”\n2018", "Dziękuję", 'a < b & "c"', "  two  spaces", "Nóra")
STREETS: Final = ("12 Quiet Street", "Flat 3, 1 Tŷ Coch", "The Old Forge", "7 Nicolson's Row")

FILL: Final = """all => {
  for (const [name, text] of Object.entries(all)) {
    const field = document.querySelector(`form[data-kept] [name="${name}"]`);
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
READ: Final = """names => Object.fromEntries(names.map(name => [
  name, document.querySelector(`form[data-kept] [name="${name}"]`)?.value ?? null]))"""
KEPT: Final = """([all, ticked]) => new Promise(resolve => {
  const box = document.querySelector("[data-kept-tick]");
  const kept = () => {
    const said = [localStorage, sessionStorage].flatMap(Object.values).join();
    const ofBox = !box || said.includes(`"ticked":${ticked}`);
    return ofBox && Object.values(all).every(text => said.includes(JSON.stringify(text)));
  };
  const look = () => kept() ? resolve(true) : setTimeout(look, 20);
  look();
  setTimeout(() => resolve(kept()), 1000);
})"""
"""A second by the page's own timers, which keep their order however busy the machine is."""
NEW: Final = """() => !localStorage.length && !document.cookie"""
CHOOSE: Final = """() => document.querySelector("[name=variant]:not(:disabled)").click()"""
TICK: Final = """now => {
  const box = document.querySelector("[data-kept-tick]");
  if (box && box.checked !== now) box.click();
}"""
SEND: Final = """() => document.querySelector("form[data-kept]").requestSubmit()"""
PRESS: Final = """() => document.querySelector("main form[method=post]").requestSubmit()"""
SPOIL: Final = """() => { document.querySelector("form[data-kept] [name=csrf_token]").value = "1.2"; }"""
TOUCH: Final = """() => new Promise(resolve => {
  document.querySelector("form[data-kept]").click();
  setTimeout(resolve, 1000);
})"""
PLACE: Final = """() => {
  const box = document.querySelector("[name=acknowledged]");
  if (box) box.checked = true;
  document.querySelector("form[action='/checkout/payment']").requestSubmit();
}"""
LAST_LOOK: Final = """() => ({
  words: [...document.querySelectorAll(".lines dl.words q")].map(q => q.textContent),
  card: document.querySelector(".lines .line-said p:last-child")?.textContent ?? "",
  address: document.querySelector("#goes-to ~ p").innerText.split("\\n"),
  total: document.querySelector("#pay").textContent.match(/[\\d.]+$/)[0],
})"""


class Shop(Protocol):
    """The shop, as far as a journey needs to know."""

    def restart(self) -> None:
        """Stop it, and start it again."""

    def placed(self) -> dict[str, object] | None:
        """What the newest order is made of, as `LAST_LOOK` says it; it is paid, and out of the way."""


@dataclass
class Journey:
    """Somebody who buys a disc with words, and what happens to them."""

    device: Device
    shop: Shop
    dice: random.Random
    happened: Counter[str] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    ticked: bool = True
    link: str = ""
    """Where the basket can be opened, once it went to another device."""

    def go(self) -> None:
        """From the piece to the payment page."""
        words = {f"engraving-{side}-1": self.dice.choice(NAMES) for side in ("front", "back")}
        words["dedication"] = self.dice.choice(CARDS).strip()
        self.ticked = self.dice.random() < 0.7
        self.device.goto("/pieces/disc")
        assert self.device.run(NEW), "the device was somebody else's"
        self._type(words, "/pieces/disc")
        self._add(words)
        self._in_the_basket(words)
        details = {"email": "ada@example.com", "name": f"{self.dice.choice(NAMES)} Byron", "town": "Bath",
                   "line1": self.dice.choice(STREETS), "postcode": "BA1 1AA"}  # fmt: skip
        self.device.goto("/checkout")
        self._type(details, "/checkout", words)
        self.device.submit(SEND)
        self._last_look(words, details)

    def _type(self, typed: dict[str, str], page: str, added: dict[str, str] | None = None) -> None:
        """Fill the form in, and be interrupted once."""
        self.device.run(FILL, typed)
        if self.device.script:
            self.device.run(TICK, self.ticked)
            self._kept(typed, page)
        kinds: dict[str, Callable[[str], None]] = {
            "token": lambda page: self._token(typed, page),
            "restart": self._restart,
        }
        if self.device.script:
            kinds |= {
                "reload": lambda _: self.device.reload(), "away": self._away, "back": self._back,
                "tab": self._tab, "killed": self._killed, "offline": self._offline, "cookie": self._cookie,
            }  # fmt: skip
        kind = self.dice.choice(sorted(kinds))
        self.happened[f"{kind} at {page}"] += 1
        kinds[kind](page)
        if kind == "cookie" and added is not None:
            self._again(added)
            self.device.goto(page)
        self._there(typed, f"{kind} at {page}", card=kind not in {"tab", "killed"} or self.ticked)

    def _kept(self, typed: dict[str, str], when: str) -> None:
        if not self.device.run(KEPT, [typed, self.ticked]):
            self.lost.append(f"{when}: not on the device after a second")

    def _there(self, typed: dict[str, str], when: str, *, card: bool = True) -> None:
        """All that was typed stands in the form; what had to go with its tab is typed again."""
        read = self.device.run(READ, list(typed))
        missing = {name for name, text in typed.items() if (read[name] or "").replace("\r\n", "\n") != text}
        if not card and missing == {"dedication"}:
            self.device.run(FILL, {"dedication": typed["dedication"]})
        elif missing:
            self.lost.append(f"{when}: {sorted(missing)}")
            self.device.run(FILL, typed)

    def _away(self, page: str) -> None:
        self.device.goto("/support")
        self.device.goto(page)

    def _back(self, _page: str) -> None:
        self.device.goto("/support")
        self.device.back()

    def _tab(self, page: str) -> None:
        self.device.new_tab()
        self.device.goto(page)

    def _killed(self, page: str) -> None:
        self.device.kill()
        self.device.goto(page)

    def _offline(self, page: str) -> None:
        self.device.offline(away=True)
        if self.device.run("() => navigator.onLine"):  # this browser cannot be taken off its network
            self.device.offline(away=False)
            self.device.goto(page)
            return
        self.device.run(SEND)
        self.device.offline(away=False)

    def _cookie(self, _page: str) -> None:
        self.device.lose_cookies()
        self.device.reload()

    def _token(self, typed: dict[str, str], page: str) -> None:
        """Refused; if the card is to stay on the device, too, the answer is touched, and its tab dies."""
        self.device.run(SPOIL)
        self.device.submit(SEND)
        if self.device.script and self.ticked:
            self._there(typed, f"token at {page}")
            self.device.run(TOUCH)
            self._kept(typed, f"token at {page}")
            self._killed(page)

    def _restart(self, _page: str) -> None:
        self.shop.restart()
        if self.device.script:
            self.device.reload()

    def _add(self, words: dict[str, str]) -> None:
        self.device.run(CHOOSE)
        self.device.submit(SEND)
        if self.device.run("() => location.pathname") != "/basket":
            self.lost.append(f"not added: {sorted(words)}")

    def _again(self, words: dict[str, str]) -> None:
        """The basket is gone with its cookie: what was in it is still on the device it was typed on.

        On another there is the link that brought it there.
        """
        if self.link:
            self._open_link()
            return
        self.device.goto("/pieces/disc")
        if self.device.script:
            self._there(words, "the basket's cookie lost", card=self.ticked)
        else:
            self.device.run(FILL, words)  # without script only what was sent is kept, behind that cookie
        self._add(words)

    def _in_the_basket(self, words: dict[str, str]) -> None:
        kind = self.dice.choice(("none", "reload", "cookie", "restart", "device", "tab", "killed"))
        self.happened[f"{kind} at /basket"] += 1
        if kind == "reload":
            self.device.reload()
        elif kind == "cookie":
            self.device.lose_cookies()
            self._again(words)
        elif kind == "restart":
            self.shop.restart()
        elif kind == "tab":
            self.device.new_tab()
        elif kind == "killed":
            self.device.kill()
        elif kind == "device":
            self._change_device()

    def _change_device(self) -> None:
        self.device.goto("/basket/link")
        if not self.device.run("() => Boolean(document.querySelector('#address'))"):
            self.device.submit(PRESS)  # it was not asked for before
        self.link = str(self.device.run("() => document.querySelector('#address').value"))
        other = self.device.another()
        self.device.close()
        self.device = other
        self._open_link()

    def _open_link(self) -> None:
        self.device.goto(self.link)
        self.device.submit(PRESS)

    def _last_look(self, words: dict[str, str], details: dict[str, str]) -> None:
        """What is shown there is what was typed, and what is ordered is what is shown there."""
        kind = self.dice.choice(("none", "reload", "restart", "tab", "device"))
        self.happened[f"{kind} at the last look"] += 1
        if kind == "restart":
            self.shop.restart()
        elif kind == "tab":
            self.device.new_tab()
        elif kind == "device":
            self._change_device()
        if kind != "none":
            self.device.goto("/checkout/payment")
        shown = self.device.run(LAST_LOOK)
        typed = [words["engraving-front-1"], words["engraving-back-1"]]
        if (shown["words"], shown["card"], shown["address"][0]) != (
            typed,
            words["dedication"],
            details["name"],
        ):
            self.lost.append(f"the last look shows {shown}, typed were {words} and {details}")
        self.device.submit(PLACE)
        ordered = self.shop.placed()
        if ordered != shown:
            self.lost.append(f"ordered is {ordered}, shown was {shown}")
