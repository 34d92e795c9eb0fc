"""The owner's own posts: checked before they are kept, while a sentence can still be mended."""

from pathlib import Path

from shop import files
from shop.journal.journal import OWN, POSTS, SLUG_TAKEN, STORY, gather
from shop.journal.markdown import TextRefused, read
from shop.journal.studies import library


def check(file: Path, instance_dir: Path) -> Path:
    """Where a post would be kept. Raises TextRefused when it may not be shown as it is."""
    text, folder = read(file, library()), instance_dir / OWN
    kept = folder / f"{text.front.slug}.md"
    before = gather(STORY, [POSTS, folder]).posts.get(text.front.slug)
    if before is not None and not _is(kept, before.front.slug):
        raise TextRefused(file.name, [SLUG_TAKEN])
    return kept


def save(file: Path, instance_dir: Path) -> Path:
    """Keep a post, to be shown from the next start on; another of its slug goes. Raises TextRefused."""
    kept = check(file, instance_dir)
    files.private_folder(kept.parent)
    with files.draft_beside(kept) as draft:
        files.write_private(draft, file.read_bytes())
        draft.replace(kept)
    return kept


def _is(kept: Path, slug: str) -> bool:
    """Whether the post of that slug is the owner's earlier one, in the file where `save` keeps it."""
    return kept.is_file() and slug not in gather(STORY, [POSTS]).posts
