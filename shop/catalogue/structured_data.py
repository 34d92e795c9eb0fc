"""Pieces as schema.org describes them, for those who read pages by machine: plain values for JSON-LD.

Shapes: https://schema.org/ProductGroup, Product, Offer, MerchantReturnPolicy, BreadcrumbList. The seller is
named by its `@id` alone; the first page says who that is.
"""

from collections.abc import Callable
from typing import Any, Final

from shop.catalogue.choices import Opened
from shop.catalogue.hallmarking import CANCEL_DAYS
from shop.catalogue.postage import CHEAPEST
from shop.catalogue.views import PictureView, PieceView, VariantView

CONTEXT: Final = "https://schema.org"
BRAND: Final = "In Remembrance"
NATIONS: Final = ("England", "Scotland", "Wales")


def pounds_exactly(pence: int) -> str:
    """An amount as machines read it: 8400 is "84.00"."""
    return f"{pence // 100}.{pence % 100:02}"


SHIPPING: Final = {
    "shippingRate": {
        "@type": "MonetaryAmount",
        "value": pounds_exactly(CHEAPEST.pence),
        "currency": "GBP",
    },
    "shippingDestination": {
        "@type": "DefinedRegion",
        "addressCountry": "GB",
        "addressRegion": list(NATIONS),
    },
}
"""What the cheapest postage costs, and where parcels go."""


def product_group(
    piece: PieceView, *, site: str, picture_of: Callable[[PieceView, VariantView], str]
) -> dict[str, Any]:
    """A piece, and each of its variants as a product with an offer. `picture_of`: a whole address."""
    page = f"{site}/pieces/{piece.slug}"
    return {
        "@context": CONTEXT,
        "@type": "ProductGroup",
        "@id": f"{page}#product",
        "productGroupID": piece.slug,
        "name": piece.name,
        "description": piece.summary,
        "url": page,
        "brand": {"@type": "Brand", "name": BRAND},
        "category": "Necklace",
        "variesBy": [f"{CONTEXT}/color", f"{CONTEXT}/size"],
        "hasVariant": [
            _product(piece, variant, site=site, picture=picture_of(piece, variant))
            for variant in piece.variants
        ],
    }


def variant_title(piece: PieceView, variant: VariantView) -> str:
    """A variant in one line: piece, metal, chain."""
    return f"{piece.name}, {variant.metal_name}, {chain_size(variant)}"


def chain_size(variant: VariantView) -> str:
    """What tells the lengths of a chain apart."""
    return f"{variant.chain_inches} inch chain"


def _product(piece: PieceView, variant: VariantView, *, site: str, picture: str) -> dict[str, Any]:
    address = f"{site}/pieces/{piece.slug}{Opened(sku=variant.sku).query}"
    return {
        "@type": "Product",
        "sku": variant.sku,
        "name": variant_title(piece, variant),
        "description": piece.summary,
        "url": address,
        "image": picture,
        "color": variant.metal_slug.capitalize(),
        "material": variant.metal_name,
        "size": chain_size(variant),
        "offers": _offer(piece, variant, site=site, address=address),
    }


def _offer(piece: PieceView, variant: VariantView, *, site: str, address: str) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": address,
        "price": pounds_exactly(variant.price_pence),
        "priceCurrency": "GBP",
        "availability": f"{CONTEXT}/{'InStock' if variant.available else 'OutOfStock'}",
        "itemCondition": f"{CONTEXT}/NewCondition",
        "seller": {"@id": f"{site}/#organization"},
        "hasMerchantReturnPolicy": return_policy(site, engravable=piece.engravable),
        "shippingDetails": {"@type": "OfferShippingDetails", **SHIPPING},
    }


def return_policy(site: str, *, engravable: bool) -> dict[str, Any]:
    """What may be sent back. Of a piece that can be engraved it hangs on the words: the page says how."""
    policy: dict[str, Any] = {
        "@type": "MerchantReturnPolicy",
        "applicableCountry": "GB",
        "merchantReturnLink": f"{site}/delivery#cancel",
    }
    if engravable:
        return policy | {"returnPolicyCategory": f"{CONTEXT}/MerchantReturnUnspecified"}
    return policy | {
        "returnPolicyCategory": f"{CONTEXT}/MerchantReturnFiniteReturnWindow",
        "merchantReturnDays": CANCEL_DAYS,
        "returnMethod": f"{CONTEXT}/ReturnByMail",
        "returnFees": f"{CONTEXT}/ReturnFeesCustomerResponsibility",
    }


def breadcrumbs(trail: list[tuple[str, str]], *, site: str) -> dict[str, Any]:
    """Where a page stands. `trail`: (name, path) from the top to the page itself."""
    return {
        "@context": CONTEXT,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": number,
                "name": name,
                "item": {"@type": "Thing", "@id": f"{site}{path}"},
            }
            for number, (name, path) in enumerate(trail, start=1)
        ],
    }


def to_share(piece: PieceView) -> PictureView | None:
    """The picture that stands for a piece elsewhere."""
    return piece.picture("stage") or next(iter(piece.pictures), None)
