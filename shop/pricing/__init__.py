"""What an order comes to: one `quote` for every page, row, request and e-mail that shows a sum."""

from shop.pricing.line_item import LineItem
from shop.pricing.quote import NoLongerSold, Quote, QuotedLine, quote

__all__ = ["LineItem", "NoLongerSold", "Quote", "QuotedLine", "quote"]
