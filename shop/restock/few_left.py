"""Variants of which few are left: one alert each time they come down to so few."""

from shop import stock
from shop.alerts import AlertKind, raise_alert
from shop.catalogue import snapshot
from shop.db import Database


def tell(database: Database) -> bool:
    """Tell the owner of each that came down since the last time. Give whether there was any."""
    with database.looking() as session:
        if not stock.any_crossed(session):
            return False
    with database.transaction() as session:
        catalogue = snapshot.load(session)
        for variant_id, left in stock.note_crossings(session).items():
            _, variant = catalogue.find(variant_id) or (None, None)
            if variant:
                raise_alert(session, AlertKind.STOCK_LOW, variant.sku, f"{left} left")
    return True
