"""/giving/check: a page that checks the proof of a gift on its reader's device, and a program like it.

It is one file that asks for nothing: whoever saved it can check in ten years, whatever became of the shop.
"""

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, render_template
from flask.typing import ResponseReturnValue

from shop.container import container, current_services
from shop.transparency.signing_key import public_key

blueprint = Blueprint("giving_check", __name__)

SCRIPT: Final = "giving/check.js"
STYLE: Final = "giving/check.css"
PROGRAM: Final = "giving/check_gift.py"


@dataclass(frozen=True)
class CheckPage:
    """The page, and all that it may do: run the script and wear the style that are in it."""

    html: str
    policy: str


@blueprint.get("/giving/check")
def show() -> ResponseReturnValue:
    """The page, with the key of this shop's log."""
    settings = container().settings
    key = public_key(settings, current_services().book)
    page = check_page(str(key or ""), settings.site_url)
    answer = Response(page.html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = f"{page.policy}; frame-ancestors 'none'"
    return answer


@blueprint.get("/giving/check_gift.py")
def program() -> ResponseReturnValue:
    """The same as a short program, to be read before it is run."""
    text = (Path(current_app.static_folder or "") / PROGRAM).read_text(encoding="utf-8")
    return Response(text, mimetype="text/plain")


def check_page(key: str, site: str) -> CheckPage:
    """The page for a log's public key as it is handed on; before there is one it says so."""
    script, style = (_hash(render_template(name)) for name in (SCRIPT, STYLE))
    # `data:` and `blob:` are left out as well: it neither loads nor sends.
    policy = (
        f"default-src 'none'; script-src {script}; style-src {style}; base-uri 'none'; form-action 'none'"
    )
    return CheckPage(render_template("giving/check.html", key=key, site=site, policy=policy), policy)


def _hash(text: str) -> str:
    """As a policy names the one script or style that it lets in."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
