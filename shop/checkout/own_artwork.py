"""The artwork that this visitor may place: what the basket's cookie opens, and nobody else's."""

from collections.abc import Mapping

from shop import web
from shop.artwork.form_fields import NO_UPLOADS, OwnArtwork, asks_for_artwork
from shop.artwork.positioning import Uploaded
from shop.checkout import basket_reading, basket_words
from shop.uploads import store


def own_artwork(form: Mapping[str, str], token: str | None) -> OwnArtwork:
    """The uploads of a basket's cookie and what is placed in its lines, for a form that asks for any."""
    if token is None or not asks_for_artwork(form):
        return NO_UPLOADS

    def find(upload_id: str) -> Uploaded | None:
        with web.looking() as session:
            return store.found(session, token, upload_id)

    with web.looking() as session:
        basket = basket_reading.find(session, token)
        rows = basket_reading.lines_of(session, basket) if basket else []
        engravings = [basket_words.item_of(token, row).engraving for row in rows]
    return OwnArtwork(find, [each for cut in engravings if cut for each in cut.artwork])
