"""The worker without the web: worker."""

import click
from flask import current_app
from flask.cli import with_appcontext

from shop import worker


@click.command("worker")
@with_appcontext
def run_worker() -> None:
    """Send e-mails and sweep until stopped."""
    worker.run(current_app._get_current_object())  # type: ignore[attr-defined]  # noqa: SLF001
