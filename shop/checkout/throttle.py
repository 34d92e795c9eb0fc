"""How much of the machine one network may use by having words drawn and cut for baskets.

Cutting takes a tenth of a second of CPU time for words that were not cut before. Whoever has used up what
there is waits, and nothing that was written is lost by it.
"""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Final, ParamSpec

from flask import render_template, request
from flask.typing import ResponseReturnValue

from shop.checkout.line_item_form import words_kept
from shop.network import Allowance, UsedUp

P = ParamSpec("P")

DRAWING: Final = Allowance(seconds=10.0, per_second=0.5)
"""Of CPU time, for one network in one process: four full baskets of new words at once, and one a minute."""


def throttled(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """For a view that draws or cuts: once the allowance is used up, its form comes back to be sent again."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        try:
            with DRAWING.spending(request.remote_addr or ""):
                return view(*args, **kwargs)
        except UsedUp as used_up:
            page = render_template(
                "checkout/wait.html", sent=request.form.items(multi=True), written=words_kept(request.form)
            )
            return page, HTTPStatus.TOO_MANY_REQUESTS, {"Retry-After": str(used_up.retry_after)}

    return answer
