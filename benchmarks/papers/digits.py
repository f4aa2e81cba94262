"""Fit the look at digits: `python -m papers.digits [--write]` inside `benchmarks`, with the fonts of this machine.

Draws the ten digits in every font that has them, in six sizes, and fits what `mailroom/reading/digits.py` weighs (a
softmax over 8 x 12 pixels). Prints how it does on whole fonts that were left out before it writes
`mailroom/reading/digit_weights.py`.
"""

from __future__ import annotations

import argparse
import base64
import random
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).parents[2]))

from mailroom.reading.digits import SCALE, features, inked

ROOT = Path(__file__).parents[2]
SIZES = (16, 20, 24, 28, 33, 40)
NO_DIGITS = ("Symbol", "Dingbat", "D050000L", "Emoji", "Awesome")
WRITTEN = '''"""What each of 8 x 12 pixels says for each of the ten digits: signed bytes, the rows of 0 to 9.

Written by `python -m papers.digits --write` in `benchmarks`.
"""

from __future__ import annotations

BIAS = ({bias})
WEIGHTS = """
{weights}
"""
'''


def fonts() -> list[str]:
    """Return the files of the machine's fonts that have digits."""
    said = subprocess.run(["fc-list", ":", "file"], capture_output=True, text=True, check=True).stdout
    files = sorted({line.split(":")[0] for line in said.splitlines()})
    return [file for file in files if not any(word in file for word in NO_DIGITS)]


def drawn(font: ImageFont.FreeTypeFont, digit: str, chance: random.Random) -> Image.Image | None:
    """Return a digit in its bounds, a pixel more or less, anywhere between the pixels."""
    sheet = Image.new("L", (int(font.size * 2), int(font.size * 2)), 255)
    place = (font.size / 2 + chance.random(), font.size / 2 + chance.random())
    ImageDraw.Draw(sheet).text(place, digit, font=font, fill=0)
    bounds = sheet.point([255 if value < 200 else 0 for value in range(256)]).getbbox()
    if bounds is None:
        return None
    left, top, right, bottom = bounds
    some = [chance.randint(0, 1) for _ in range(4)]
    return sheet.crop((left - some[0], top - some[1], right + some[2], bottom + some[3]))


def samples(files: list[str]) -> tuple[Any, Any, Any]:
    """Return what is seen of each digit, which digit it is, and the number of its font."""
    chance = random.Random(5)
    seen, digits, owners = [], [], []
    for number, file in enumerate(files):
        for size in SIZES:
            try:
                font = ImageFont.truetype(file, size)
            except OSError:  # a bitmap font has no other size
                break
            for digit in "0123456789" * 2:
                piece = drawn(font, digit, chance)
                found = features(*inked(piece), (0, 0, *piece.size)) if piece else None
                if found is not None:
                    seen.append(np.frombuffer(found, np.uint8))
                    digits.append(int(digit))
                    owners.append(number)
    return np.array(seen, np.float32) / 255, np.array(digits), np.array(owners)


def fitted(seen: Any, digits: Any, rounds: int = 1500) -> Any:
    """Return the weights, the last row being the bias."""
    inputs = np.hstack([seen, np.ones((len(seen), 1), np.float32)])
    wanted = np.eye(10, dtype=np.float32)[digits]
    weights = np.zeros((inputs.shape[1], 10), np.float32)
    speed = np.zeros_like(weights)
    for _ in range(rounds):
        points = inputs @ weights
        share = np.exp(points - points.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        speed = 0.95 * speed - 0.5 * (inputs.T @ (share - wanted) / len(seen) + 1e-4 * weights)
        weights += speed
    return weights


def show(points: Any, digits: Any) -> None:
    """Print wrong doubts and wrong beliefs for some leniencies."""
    best, own = points.max(1), points[np.arange(len(points)), digits]
    print(f"{len(digits)} digits of fonts that were left out; leniency, wrong doubts, another digit believed")
    for lenient in (0.0, 0.5, 1.0, 2.0):
        others = [(points[:, d] >= best - lenient)[digits != d].mean() for d in range(10)]
        print(f"{lenient:4.1f}  {(own < best - lenient).mean():.4f}  {np.mean(others):.4f}")


def main() -> None:
    """Fit, show, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    seen, digits, owners = samples(fonts())
    left_out = owners % 5 == 0
    weights = fitted(seen[~left_out], digits[~left_out])
    show(seen[left_out] @ weights[:-1] + weights[-1], digits[left_out])
    if parser.parse_args().write:
        whole = np.clip(np.round(fitted(seen, digits) * SCALE), -127, 127).astype(np.int8)
        text = base64.b64encode(whole[:-1].T.copy().tobytes()).decode()
        target = ROOT / "mailroom" / "reading" / "digit_weights.py"
        target.write_text(
            WRITTEN.format(bias=", ".join(map(str, whole[-1])), weights="\n".join(textwrap.wrap(text, 116)))
        )


if __name__ == "__main__":
    main()
