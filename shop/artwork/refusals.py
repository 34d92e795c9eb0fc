"""Why nothing was traced."""


class NotTraced(Exception):
    """The photograph, or what is on it, cannot be taken. Its text says why and what to do, for a person."""
