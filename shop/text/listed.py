"""Several things in one sentence."""

from collections.abc import Sequence


def listed(words: Sequence[str], last: str) -> str:
    """The words with commas, and `last` ("and" or "or") before the last of them; there is one at least."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
