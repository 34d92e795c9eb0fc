"""Who asked to be told, once, when a variant can be had again."""
