"""Groups of commands that need settings and database alone."""

import click

from shop import current


def group(name: str, about: str) -> click.Group:
    """A group to put such commands in. Flask is loaded only where they are to find an application."""
    if current.is_given():
        return click.Group(name, help=about)
    from flask.cli import AppGroup  # noqa: PLC0415

    return AppGroup(name, help=about)


def alone(command: click.Command) -> click.Command:
    """A command in no group, given the same."""
    if not current.is_given() and command.callback:
        from flask.cli import with_appcontext  # noqa: PLC0415

        command.callback = with_appcontext(command.callback)
    return command
