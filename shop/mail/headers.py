"""How the headers of our e-mails are made."""

from email.headerregistry import BaseHeader, HeaderRegistry
from email.policy import default
from typing import Final


class _Kinds(HeaderRegistry):
    """The class of each header by its name: the library makes one anew for every header of every e-mail."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, type[BaseHeader]] = {}

    def __getitem__(self, name: str) -> type[BaseHeader]:
        """Made once a name; there are about a dozen."""
        if (kind := self._made.get(name.lower())) is None:
            kind = self._made[name.lower()] = super().__getitem__(name)
        return kind


POLICY: Final = default.clone(header_factory=_Kinds())
