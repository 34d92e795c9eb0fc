"""Every picture: which piece, from where, with which words, how large."""

from dataclasses import field, replace

from shop.frozen import frozen

PORTRAIT = (1000, 1250)
FINE = 1600
"""How wide that is rendered over which words are laid: 2,000 pixels high."""
SMALL = (800, 1000)
WIDE = (1800, 1080)
BROAD = (1200, 1080)

ANGLE_WORDS = {
    "heart": {"front": ("great-vibes", "Wren")},
    "two-rings": {"large": ("cormorant-sc", "part of me"), "small": ("cormorant-sc", "Łukasz")},
    "disc": {"front": ("great-vibes", "Siân")},
    "thread": {"front": ("marcellus", "Rhys & Mabli")},
    "petal": {},
    "keeping": {"left": ("great-vibes", "always"), "right": ("great-vibes", "with me")},
}
PIECES = tuple(ANGLE_WORDS)


@frozen
class Shot:
    """One picture. `kind` chooses camera, light and arrangement; `words` maps a side to (face, words)."""

    name: str
    kind: str
    piece: str
    metal: str
    size: tuple[int, int] = PORTRAIT
    samples: int = 12
    words: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def width(self) -> int:
        """How wide it is rendered, in pixels."""
        return FINE if self.kind in {"front", "back"} else self.size[0]

    @property
    def taken(self) -> "Shot":
        """What is rendered.

        The back of a piece that is the same on both sides is its front in a mirror; and so small as it is
        worn, gold mirrors what silver does, in its own colour.
        """
        if self.kind == "worn":
            return self.in_silver
        if self.kind == "back":
            return replace(self, kind="front", name=self.name.replace("-back", "-front"))
        return self

    @property
    def in_silver(self) -> "Shot":
        """The same picture in the other metal."""
        return replace(self, metal="silver", name=self.name.replace("-gold-", "-silver-"))

    @property
    def coloured(self) -> bool:
        """Whether it is silver's light in gold's colour: silver is rendered before."""
        return self.metal == "gold" and self.width == FINE

    @property
    def ground(self) -> str:
        """What lies below the metal: the same for both metals."""
        return self.name.replace(f"-{self.metal}", "") + "-ground"


def every() -> list[Shot]:
    """All pictures, those first on which other work builds."""
    # On a brushed face fewer samples leave the denoiser's patches.
    found = [
        Shot(f"{p}-{m}-front", "front", p, m, samples=16 if p == "petal" else 9)
        for m in ("silver", "gold")
        for p in PIECES
    ]
    found += [Shot(f"{p}-{m}-back", "back", p, m) for m in ("silver", "gold") for p in ("disc", "thread")]
    found += [
        Shot("hero-rings", "hero", "two-rings", "gold", WIDE, 14, ANGLE_WORDS["two-rings"]),
        Shot("hero-disc", "hero", "disc", "silver", WIDE, 9, {"front": ("great-vibes", "Zoë")}),
    ]
    found += [
        Shot(f"{p}-{m}-angle", "angle", p, m, PORTRAIT, 16 if p == "petal" else 8, ANGLE_WORDS[p])
        for m in ("silver", "gold")
        for p in PIECES
    ]
    found += [Shot("box", "box", "disc", "silver"), Shot("box-gold", "box", "disc", "gold", SMALL)]
    found += [Shot(f"{p}-clasp", "clasp", p, "silver", SMALL, 7) for p in PIECES]
    found += [Shot(f"{p}-gold-clasp", "clasp", p, "gold", SMALL, 7) for p in PIECES]
    found += [Shot("scale", "scale", "disc", "silver", BROAD, 10)]
    return found + [
        Shot(f"{p}-{m}-worn", "worn", p, m, BROAD, 12 if p == "petal" else 8)
        for m in ("silver", "gold")
        for p in PIECES
    ]
