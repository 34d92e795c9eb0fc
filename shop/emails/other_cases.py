"""Every case of the e-mails to buyers that are about no order: what `/owner/emails` shows of them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from shop import clock
from shop.basket_links import basket_links
from shop.catalogue.views import Catalogue
from shop.emails import back_in_stock, basket_link, comment_link, payment_link
from shop.emails.other_emails import Said
from shop.payment_links.link_emails import Claimed
from shop.payment_links.models import Via

Says = Callable[[Catalogue, str], Said]
"""What a case says in a shop that sells this, at this address."""


def _link(via: Via, name: str) -> Says:
    def says(_catalogue: Catalogue, site_url: str) -> Said:
        until = clock.now() + timedelta(days=3)
        sample = Claimed(0, 1, via, "ada@example.com", name, "SAMP-LE00", 8400, until, "", 1)
        return payment_link.said(sample, site_url)

    return says


def _asked(catalogue: Catalogue, site_url: str) -> Said:
    piece = catalogue.pieces[0]
    return back_in_stock.receipt(piece, piece.variants[0], f"{site_url}/back-in-stock/sample")


def _back(catalogue: Catalogue, site_url: str) -> Said:
    piece = catalogue.pieces[0]
    return back_in_stock.back(piece, piece.variants[0], site_url)


def _basket_link(_catalogue: Catalogue, site_url: str) -> Said:
    until = clock.now() + basket_links.LASTS
    return basket_link.said(basket_links.Claimed(0, "", "ada@example.com", "sample", until, "", 1), site_url)


def _comment(_catalogue: Catalogue, site_url: str) -> Said:
    return comment_link.said(f"{site_url}/comments/sample")


OTHER_CASES: Final[Mapping[str, Sequence[tuple[str, Says]]]] = {
    payment_link.KIND: (
        ("Asked for by telephone", _link(Via.TELEPHONE, "Ada Byron")),
        ("By letter, and nobody knows the buyer's name", _link(Via.LETTER, "")),
    ),
    basket_link.KIND: (("It was asked for", _basket_link),),
    comment_link.KIND: (("An address was left with it", _comment),),
    back_in_stock.KIND: (("It was asked for", _asked), ("It can be had again", _back)),
}
