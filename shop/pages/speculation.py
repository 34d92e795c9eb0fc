"""Which page a browser may draw or fetch ahead, because a visitor is about to press its link.

Public pages alone: they are the same for everyone, they change nothing, and they come from memory. Browsers
that know nothing of this, or are asked to save data, do without. https://html.spec.whatwg.org/#speculative-loading
"""

import json
from typing import Final

from flask import Blueprint
from flask.typing import ResponseReturnValue

from shop.web.assets import SPECULATION_RULES, Stored

blueprint = Blueprint("speculation", __name__)

PAGES: Final = ("/", "/pieces", "/pieces/*", "/story", "/journal", "/journal/*", "/giving", "/support")
FORMS: Final = ("/pieces/*/*", "/journal/*/*", "/journal/feed.xml")
"""Below those: pages that ask for something, and what is no page."""
_ABOUT_TO_BE_PRESSED: Final = {
    "where": {"and": [{"href_matches": [*PAGES]}, {"not": {"href_matches": [*FORMS]}}]},
    "eagerness": "moderate",
}
RULES: Final = {"prefetch": [_ABOUT_TO_BE_PRESSED], "prerender": [_ABOUT_TO_BE_PRESSED]}
"""Drawn out of sight, so that it is there at once; by a browser that cannot, its HTML is fetched."""
KIND: Final = "application/speculationrules+json"


@blueprint.get(SPECULATION_RULES)
def rules() -> ResponseReturnValue:
    """The rules, which every public page names in a header."""
    return Stored.of(json.dumps(RULES).encode(), KIND).response()
