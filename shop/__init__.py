"""The shop of In Remembrance: a package per noun, imports running down only (see pyproject.toml)."""
