"""Nothing is kept longer than the privacy page says."""

from sqlalchemy import func, select, update

from shop import clock, retention
from shop.dedications.models import SealedText
from shop.orders.models import Order
from shop.worker import Worker
from tests.shopper import Shopper


def sealed(app) -> int:
    with app.extensions["shop"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(SealedText))


def test_the_worker_erases_the_words_of_an_order_when_its_time_is_over(app):
    shopper = Shopper(app)
    shopper.to_payment()
    shopper.press_pay()
    kept = sealed(app)
    assert kept
    worker = Worker(app)
    assert not worker._erase()
    assert sealed(app) == kept
    with shopper.database.transaction() as session:
        session.execute(update(Order).values(placed_at=clock.now() - retention.lasts(retention.ORDER)))
    assert worker._erase()
    assert sealed(app) == 0
    assert not worker._erase()


def test_the_privacy_page_says_how_long_a_copy_of_the_keys_is_kept(app):
    days = retention.lasts(retention.KEY_COPIES).days
    said = " ".join(Shopper(app).get("/privacy").text.split())
    assert f"each copy is deleted after {days} days" in said
    assert f"Within those {days} days we could still open an old backup" in said
    assert "no backup of our database can be opened for them, however old it is" in said
