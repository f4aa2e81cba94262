"""OCR by rapidocr: PP-OCR's networks on onnxruntime, for photos that tesseract does not read well.

The models lie in the package and one of them reads all Latin letters: nothing is downloaded and no language is chosen.
It finds lines, not words: a line is cut at its spaces, each letter taken for as wide as the others. Loaded once, in the
warm server of the second opinion's own box, and inherited by every child: told to use one thread, onnxruntime starts
none, so that no thread is lost in the fork.
"""

from __future__ import annotations

import logging
import os
from functools import cache
from typing import Any

from PIL.Image import Image

from mailroom.reading.seen import Seen, with_noughts

# The official builds of onnxruntime (seen in 1.31) report their use to Microsoft, from a thread of their own, and keep
# a number of this machine in a file, unless this stands in the environment before they are loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import cv2
import numpy
from rapidocr import RapidOCR

LATIN = frozenset({"nld", "fra", "deu", "eng", "ron"})
_SETTINGS = {
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "EngineConfig.onnxruntime.enable_cpu_mem_arena": True,  # memory is kept from line to line and not asked for anew
    "Rec.rec_batch_num": 1,  # several lines at a time are all made as long as the longest: an eighth of the work
    "Rec.rec_img_shape": [3, 48, 64],  # of a short line no 320 pixels are read, most of them empty: a third of the work
    "Global.max_side_len": 12_000,  # pixels: whoever asks has made the picture as small as is of use
    "Global.use_cls": False,  # whether a line stands on its head: the first reading has turned the page upright
    "Global.log_level": "error",
}
_OUT_OF_MEMORY = ("bad_alloc", "Failed to allocate memory")
"""As C++ says it and as onnxruntime does; the box knows Python's word."""


@cache
def prepared() -> Any:
    """Return the networks, loaded; one set for each process and its children."""
    cv2.setNumThreads(1)
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    engine = RapidOCR(params=_SETTINGS)
    blank = numpy.full((64, 64, 3), 255, numpy.uint8)
    # Each network is loaded by the first picture that it gets; where no line is found, none is read.
    engine(blank, use_det=False)
    engine(blank, use_det=True)
    return engine


class RapidOcr:
    """`OcrEngine` on rapidocr."""

    name = "rapidocr"

    def read(self, picture: Image, languages: str, dpi: int, *, one_block: bool = False) -> list[list[Seen]]:  # noqa: ARG002
        """Return the lines of words of a picture, grey or in colour."""
        pixels = numpy.asarray(picture.convert("RGB"))[:, :, ::-1]  # OpenCV's order: blue first
        try:
            said = prepared()(numpy.ascontiguousarray(pixels))
        except Exception as error:
            if any(sign in str(error) for sign in _OUT_OF_MEMORY):
                raise MemoryError from error
            raise
        if said.boxes is None:
            return []
        return [
            _in_words(text, corners, float(score))
            for corners, text, score in zip(said.boxes, said.txts, said.scores, strict=True)
        ]

    def turn(self, picture: Image) -> int:  # noqa: ARG002
        """Return 0: it is asked of upright pages only."""
        return 0

    def installed(self) -> frozenset[str]:
        """Return the languages of the one model."""
        return LATIN


def _in_words(text: str, corners: Any, confidence: float) -> list[Seen]:
    """Cut a line at its spaces. `corners`: top left, top right, bottom right, bottom left."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = ((float(x), float(y)) for x, y in corners)
    words = []
    begin = 0
    for word in text.split(" "):
        if word:
            low, high = begin / len(text), (begin + len(word)) / len(text)
            xs = [left + part * (right - left) for left, right in ((ax, bx), (dx, cx)) for part in (low, high)]
            ys = [left + part * (right - left) for left, right in ((ay, by), (dy, cy)) for part in (low, high)]
            words.append(Seen(with_noughts(word), min(xs), min(ys), max(xs), max(ys), confidence))
        begin += len(word) + 1
    return words


ENGINE = RapidOcr()
