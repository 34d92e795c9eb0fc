"""What the worker does about payment links: pieces free again in time, and nothing kept that is done with."""

from shop.checkout import basket_reading, basket_store
from shop.orders import waiting_links
from shop.payment_links import payment_links
from shop.payments.services import Services


def tidy(services: Services) -> int:
    """Free what links set aside that have run out, and forget those that are done; how many."""
    with services.database.reading() as session:
        if not waiting_links.anything_sealed(session):
            return 0
    with services.database.transaction() as session:
        freed = payment_links.free_overdue(session)
    with services.database.reading() as session:
        done, rest = waiting_links.to_forget(session), waiting_links.unfinished(session)
        secrets = payment_links.opened(services.vault, [*done, *rest])
        gone = [
            link
            for link in rest
            if link.id not in secrets or not basket_reading.is_there(session, secrets[link.id].token)
        ]
    for link in (*done, *gone):
        with services.database.transaction() as session:
            if link.id in secrets:
                basket_store.empty(session, secrets[link.id].token)
            locked = payment_links.lock(session, link.id)
            if link in gone:
                payment_links.give_up(locked)
            payment_links.end(session, services.vault, locked)
    return freed + len(done) + len(gone)
