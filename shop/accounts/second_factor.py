"""The second factor where money is concerned: whoever has a passkey shows it for each such act.

A form on such a page carries `step` (templates/ui/passkeys.html); its route calls `confirm` before it acts.
"""

from flask import request

from shop import web
from shop.accounts import access, passkey_requests, security_log
from shop.accounts.passkeys import Asked, PasskeyRefused, Purpose


class NotConfirmed(Exception):
    """No passkey was shown, or one that did not fit; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(passkey_requests.SAID)


def is_asked() -> bool:
    """Whether whoever is signed in has a passkey, and so is asked for it."""
    found = access.signed_in()
    return found is not None and found.has_passkey


def confirm() -> None:
    """Have the passkey shown that the form brings; whoever has none goes on. Raises NotConfirmed."""
    if not is_asked():
        return
    account = access.account()
    try:
        proof = passkey_requests.proven(Asked(Purpose.CONFIRM, account.id))
        with web.transaction() as db:
            proof.counted(db)
    except PasskeyRefused:
        raise NotConfirmed from None
    security_log.write("confirmed by passkey", account=account.id, at_page=request.path)
