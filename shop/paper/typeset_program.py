"""A program of its own, which typesetting.py starts: JSON comes in, a PDF goes out. It knows no shop."""

import json
import sys
from pathlib import Path

import typst

FOLDER = Path(__file__).parent / "typst"

if __name__ == "__main__":
    said = json.load(sys.stdin)
    sys.stdout.buffer.write(
        typst.compile(
            FOLDER / "main.typ",
            root=FOLDER,
            font_paths=typst.Fonts(
                include_system_fonts=False, include_embedded_fonts=False, font_paths=said["folders"]
            ),
            package_path=FOLDER,
            package_cache_path=FOLDER,
            sys_inputs={"data": said["data"]},
            pdf_standards="ua-1",
            timestamp=said["moment"],
        )
    )
