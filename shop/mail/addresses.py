"""E-mail addresses as mail servers and Stripe take them."""

from shop.text.email_addresses import read_email


def mailbox(email: str) -> str:
    """What addresses of one mailbox have in common, as far as anybody can tell from them: to count by alone.

    Many providers read neither capitals, nor dots, nor what follows a plus.
    """
    local, _, domain = ascii_address(email).casefold().rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"


def ascii_address(email: str) -> str:
    """The address with an accented domain in its ASCII form (RFC 5890); others are given back as they are.

    Raises ValueError for what the checkout would not have taken.
    """
    if (found := read_email(email, accents=False)) is None:
        raise ValueError("this is no address for an e-mail")
    return found.ascii_email or email
