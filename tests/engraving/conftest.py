import pytest

from shop.engraving import Area


@pytest.fixture
def disc() -> Area:
    return Area("front", "Front", "disc", 16, 16, 3)


@pytest.fixture
def bar() -> Area:
    return Area("front", "Front", "bar", 30, 5, 1)


@pytest.fixture
def heart() -> Area:
    return Area("front", "Front", "heart", 15, 15, 2)


@pytest.fixture
def ring() -> Area:
    return Area("large", "Large ring", "ring", 22, 22, 1)
