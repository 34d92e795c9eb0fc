"""/giving/check: a page that checks the proof of a gift on its reader's device, and a program like it.

It is one file that asks for nothing: whoever saved it can check in ten years, whatever became of the shop.
"""

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from shop.container import container, current_services
from shop.frozen import frozen
from shop.transparency.signing_key import public_key
from shop.transparency.witnesses import read_witnesses

blueprint = Blueprint("giving_check", __name__)

SCRIPT: Final = "giving/check.js"
STYLE: Final = "giving/check.css"
PROGRAM: Final = "giving/check_gift.py"


@frozen
class CheckPage:
    """The page, and all that it may do: run the script and wear the style that are in it."""

    html: str
    policy: str


@blueprint.get("/giving/check")
def show() -> ResponseReturnValue:
    """The page, with the key of this shop's log."""
    settings = container().settings
    key = public_key(settings, current_services().book)
    witnesses = [str(witness.key) for witness in read_witnesses(settings.log_witnesses)]
    page = check_page(str(key or ""), settings.site_url, witnesses)
    answer = Response(page.html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = f"{page.policy}; frame-ancestors 'none'"
    return answer


@blueprint.get("/giving/check_gift.py")
def program() -> ResponseReturnValue:
    """The same as a short program, to be read before it is run."""
    text = (Path(current_app.static_folder or "") / PROGRAM).read_text(encoding="utf-8")
    return Response(text, mimetype="text/plain")


def check_page(key: str, site: str, witnesses: Sequence[str] = ()) -> CheckPage:
    """The page for a log's public key and those of its witnesses; before there is one it says so."""
    script, style = (_hash(render_template(name)) for name in (SCRIPT, STYLE))
    # `data:` and `blob:` are left out as well: it neither loads nor sends.
    policy = (
        f"default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"
    )
    known = " ".join(witnesses)
    html = render_template("giving/check.html", key=key, witnesses=known, site=site, policy=policy)
    return CheckPage(html, policy)


def _hash(text: str) -> str:
    """As a policy names the one script or style that it lets in."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
