"""The founder's story, the journal with its sources, and what people write beneath its posts."""
