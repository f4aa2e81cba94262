"""OCR by tesserocr: tesseract inside the process, no picture file, no second process.

The wheel brings its own tesseract; the language data are the system's. An initialised engine (five languages: about
0.3 s and 70 MB) is made once in the warm server and inherited by every child: the wheel is built without OpenMP, so
that no thread is lost in the fork.
"""

from __future__ import annotations

import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import tesserocr
from PIL.Image import Image

from mailroom.errors import MissingProgram
from mailroom.reading.seen import Seen, from_tsv

_USUAL_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


@cache
def tessdata() -> str:
    """Return the folder of the system's language data.

    Raises:
        MissingProgram: there is none.
    """
    named = os.environ.get("TESSDATA_PREFIX", "")
    folders = [named, f"{named}/tessdata"] if named else []
    for folder in [*folders, *_USUAL_FOLDERS]:
        if _has_data(folder):
            return folder
    asked = _asked()
    if _has_data(asked):
        return asked
    raise MissingProgram("tesseract's language data are not installed: apt install tesseract-ocr", program="tesseract")


def _has_data(folder: str) -> bool:
    return bool(folder) and any(Path(folder).glob("*.traineddata"))


def _asked() -> str:
    """Return the folder that the tesseract program names, for systems with a place of their own."""
    try:
        said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True, timeout=10, check=False)
    except OSError:
        return ""
    return said.stdout.partition('"')[2].partition('"')[0]


@cache
def prepared(languages: str) -> Any:
    """Return an initialised engine for these languages; one for each process and its children."""
    return tesserocr.PyTessBaseAPI(
        path=tessdata() + os.sep, lang=languages, psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY
    )


class Tesserocr:
    """`OcrEngine` on tesserocr."""

    name = "tesserocr"

    def read(self, picture: Image, languages: str, dpi: int, *, one_block: bool = False) -> list[list[Seen]]:
        """Return the lines of words of a grey picture."""
        api = prepared(languages)
        api.SetPageSegMode(tesserocr.PSM.SINGLE_BLOCK if one_block else tesserocr.PSM.AUTO)
        api.SetImage(picture)
        api.SetSourceResolution(dpi)
        try:
            return from_tsv(api.GetTSVText(0))
        finally:
            api.Clear()

    def turn(self, picture: Image) -> int:
        """Return by how many degrees the picture must be turned clockwise to be upright."""
        if "osd" not in self.installed():
            return 0
        with tesserocr.PyTessBaseAPI(path=tessdata() + os.sep, lang="osd", psm=tesserocr.PSM.OSD_ONLY) as api:
            api.SetImage(picture)
            found = api.DetectOrientationScript()
        # `orient_deg` says how the page lies; turning it back goes the other way round.
        return -int(found["orient_deg"]) % 360 if found and found["orient_conf"] >= 1.0 else 0

    def installed(self) -> frozenset[str]:
        """Return the languages whose data are installed."""
        return frozenset(file.stem for file in Path(tessdata()).glob("*.traineddata"))


ENGINE = Tesserocr()
