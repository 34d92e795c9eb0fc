"""The bench: the machine that cuts, as its owner describes it."""

from shop.bench.profiles import NEW, Profile, Saved, current, history, save

__all__ = ["NEW", "Profile", "Saved", "current", "history", "save"]
