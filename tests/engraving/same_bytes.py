"""Prints the SHA-256 of each of a few drawings, for a test to run in another process."""

import hashlib
import sys

from shop.engraving import FACES, Area, check, proof

BAR = Area("front", "Front", "bar", 30, 8, 1)
AREAS = {
    "great-vibes": Area("front", "Front", "heart", 15, 14, 2),
    "marcellus": Area("front", "Front", "ring", 20, 2.6, 1),
    "courier-prime": Area("front", "Front", "bar", 30, 5, 1),
    "cormorant-sc": Area("front", "Front", "disc", 16, 16, 2, rim=True),
    "rubik": Area("front", "Front", "disc", 16, 16, 2),
}
WORDS = {
    "great-vibes": ("Nguyễn", "♥"),
    "marcellus": ("Łukasz ☆ Ana",),
    "courier-prime": ("Zoë 14.3.18",),
    "cormorant-sc": ("İpek ♡", "always with us"),
    "rubik": ("נועה", "محمد ♥ 2018"),
}


def digests() -> dict[str, str]:
    found = {}
    for slug, face in FACES.items():
        area = AREAS.get(slug, BAR)
        words = {
            ("front", line): text
            for line, text in enumerate(WORDS.get(slug, (f"{face.sample} 2018",)), start=1)
        }
        drawing = proof(area, check([area], slug, words))
        found[slug] = hashlib.sha256(drawing.encode()).hexdigest()
    return found


if __name__ == "__main__":
    sys.stdout.write("".join(f"{face} {digest}\n" for face, digest in digests().items()))
