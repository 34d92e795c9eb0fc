"""The picture that stands for a page where its address is shared: a JPEG, wide, as messengers show it.

WebP is what pages use, and what several of those who draw such cards cannot read.
"""

import io
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flask import Blueprint, abort, current_app, request
from flask.typing import ResponseReturnValue

from shop.catalogue.page_cache import shown
from shop.catalogue.structured_data import to_share
from shop.catalogue.views import PictureView
from shop.web.assets import FOREVER, REVALIDATE, Stored

if TYPE_CHECKING:
    from PIL import Image

blueprint = Blueprint("share_cards", __name__)

SIZE: Final = (1200, 630)
"""Pixels; what https://ogp.me images are cut to by those who show them large."""
QUALITY: Final = 84
FADE: Final = 56
"""Pixels over which a picture that is not as wide passes into the colours of its edges."""
THE_SHOP: Final = "part-of-me"


def card_address(slug: str, picture: PictureView) -> str:
    """Where the card of a piece, or of THE_SHOP, is found; another when its picture is."""
    asset: str = current_app.jinja_env.globals["asset"](picture.file)  # type: ignore[operator]
    return f"/share/{slug}.jpg?{asset.partition('?')[2]}"


@blueprint.get("/share/<slug>.jpg")
def share(slug: str) -> ResponseReturnValue:
    """The card of a piece, or of the shop."""
    piece = shown().catalogue.by_slug.get(slug)
    picture = to_share(piece) if piece else None
    if slug == THE_SHOP:
        picture = current_app.jinja_env.globals["picture_of_the_shop"]  # type: ignore[assignment]
    if picture is None:
        abort(HTTPStatus.NOT_FOUND)
    file = Path(current_app.static_folder or "static") / picture.file
    named = card_address(slug, picture) == f"{request.path}?v={request.args.get('v')}"
    stored = _stored(file, file.stat().st_mtime_ns)
    return stored.response(FOREVER if named else REVALIDATE)


@lru_cache(maxsize=16)
def _stored(file: Path, _changed: int) -> Stored:
    return Stored.of(card(file), "image/jpeg", shrinks=False)


def card(file: Path) -> bytes:
    """A picture's card, as JPEG. Raises OSError for what is no picture."""
    from PIL import Image, ImageOps  # noqa: PLC0415 - asked for when an address is shared

    with Image.open(file) as opened:
        picture = opened.convert("RGB")
    if picture.width * SIZE[1] >= picture.height * SIZE[0]:
        whole = ImageOps.fit(picture, SIZE, Image.Resampling.LANCZOS)
    else:
        whole = _on_its_ground(ImageOps.contain(picture, SIZE, Image.Resampling.LANCZOS))
    written = io.BytesIO()
    whole.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return written.getvalue()


def _on_its_ground(picture: "Image.Image") -> "Image.Image":
    """A picture that is too narrow, in the middle; beside it go on the colours of its edges."""
    from PIL import Image  # noqa: PLC0415

    width, height = picture.size
    whole, beside = Image.new("RGB", SIZE), (SIZE[0] - width) // 2
    for edge, at in ((0, 0), (width - FADE, beside + width - FADE)):
        column = picture.crop((edge, 0, edge + FADE, height)).resize((1, 9), Image.Resampling.BOX)
        whole.paste(column.resize((beside + FADE, SIZE[1]), Image.Resampling.BICUBIC), (at, 0))
    across = Image.new("L", (width, 1))
    across.putdata([min(255, 255 * min(x, width - 1 - x) // FADE) for x in range(width)])
    whole.paste(picture, (beside, 0), across.resize(picture.size))
    return whole
