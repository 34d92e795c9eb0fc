"""What the owner must look at: raised once, open until somebody says that it was seen.

A new kind is one member of AlertKind and one line in SAID. An alert never holds a word, a name or an address.
"""

from shop.alerts.alerts import (
    acknowledge,
    acknowledged_alerts,
    count_open,
    open_alerts,
    raise_alert,
    withdraw_alert,
)
from shop.alerts.models import SAID, Alert, AlertKind

__all__ = [
    "SAID",
    "Alert",
    "AlertKind",
    "acknowledge",
    "acknowledged_alerts",
    "count_open",
    "open_alerts",
    "raise_alert",
    "withdraw_alert",
]
