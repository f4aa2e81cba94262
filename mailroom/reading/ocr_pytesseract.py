"""OCR by pytesseract: the tesseract program, for machines where tesserocr is not installable.

Each page starts the program anew, which loads all languages again; the picture goes through a file in the scratch
folder. The box's process group ends the program with its child.
"""

from __future__ import annotations

import pytesseract
from PIL.Image import Image

from mailroom.errors import MissingProgram
from mailroom.reading.seen import Seen, from_tsv


class Pytesseract:
    """`OcrEngine` on pytesseract."""

    name = "pytesseract"

    def read(self, picture: Image, languages: str, dpi: int, *, one_block: bool = False) -> list[list[Seen]]:
        """Return the lines of words of a grey picture."""
        config = f"--oem 1 --psm {6 if one_block else 3} --dpi {dpi}"
        table = pytesseract.image_to_data(picture, lang=languages, config=config, output_type=pytesseract.Output.STRING)
        return from_tsv(table)

    def turn(self, picture: Image) -> int:
        """Return by how many degrees the picture must be turned clockwise to be upright."""
        try:
            found = pytesseract.image_to_osd(picture, output_type=pytesseract.Output.DICT)
        except pytesseract.TesseractError:  # too few characters to tell
            return 0
        return int(found["rotate"]) if float(found["orientation_conf"]) >= 1.0 else 0

    def installed(self) -> frozenset[str]:
        """Return the languages whose data are installed."""
        try:
            return frozenset(pytesseract.get_languages())
        except pytesseract.TesseractNotFoundError as error:
            raise MissingProgram(
                "tesseract is not installed: apt install tesseract-ocr", program="tesseract"
            ) from error


ENGINE = Pytesseract()
