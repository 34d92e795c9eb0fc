"""`python -m shop COMMAND`: the commands, of which those that only read and write the database load no Flask.

`flask --app app COMMAND` finds the same ones.
"""

from functools import cache
from typing import TYPE_CHECKING

from shop.cli import Commands
from shop.opening import Premises

if TYPE_CHECKING:
    from flask import Flask


@cache
def _shop() -> "Flask":
    from shop.application import create_app  # noqa: PLC0415 - all that pages are made of

    return create_app()


if __name__ == "__main__":
    Commands(_shop, Premises()).main(prog_name="python -m shop")
