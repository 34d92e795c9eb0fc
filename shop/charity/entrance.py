"""The modules whose blueprints make up the charity's room."""

from typing import Final

from shop.charity import confirming, joining, receiving, room

TOPICS: Final = (room, receiving, confirming, joining)
