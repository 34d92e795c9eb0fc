"""What an owner writes down before the shop opens."""

from pathlib import Path

TRADER = """
sample = {sample}
name = "In Remembrance"
form = "sole trader"
legal_name = "Wren Hall"
address = ["2 Harbour Road", "Whitby", "YO21 1AA"]
email = "wren@example.com"
vat = "GB123456789"
reply_within = "a day"
"""


def name_trader(instance_dir: Path, *, sample: str = "false") -> Path:
    """Who sells, in the file the shop reads. Gives the file."""
    file = instance_dir / "trader.toml"
    file.write_text(TRADER.format(sample=sample))
    return file
