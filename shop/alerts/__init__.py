"""What the owner must look at: raised once, open until somebody says that it was seen.

A new kind is one member of AlertKind and one line in SAID, and in URGENT if it does not wait for the morning.
An alert never holds a word, a name or an address; nor does news, which needs nobody and is e-mailed alone.
"""

from shop.alerts.alerts import (
    acknowledge,
    acknowledged_alerts,
    count_open,
    open_alerts,
    raise_alert,
    withdraw_alert,
)
from shop.alerts.models import FOR_FINANCE, SAID, URGENT, Alert, AlertKind, NewsKind
from shop.alerts.owner_news import note_news

__all__ = [
    "FOR_FINANCE",
    "SAID",
    "URGENT",
    "Alert",
    "AlertKind",
    "NewsKind",
    "acknowledge",
    "acknowledged_alerts",
    "count_open",
    "note_news",
    "open_alerts",
    "raise_alert",
    "withdraw_alert",
]
