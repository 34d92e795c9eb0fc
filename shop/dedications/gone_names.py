"""What stands on the list of what is gone: see keys.py."""


def order_name(reference: str) -> str:
    """What an order is called on the list of what is gone. Its reference is random, and never given twice."""
    return f"order {reference}"


def wall_name(reference: str, number: int) -> str:
    """What a shared dedication is called there."""
    return f"wall {reference} {number}"
