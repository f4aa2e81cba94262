"""Preparing a page picture for OCR: outline and perspective, surroundings, skew, shadow, size.

Pillow only: every measure is taken on a small copy, every pixel operation runs in C, and no numeric library has to be
loaded. Each step is here because it raised the share of words that are read; docs/decisions/ocr.md has the table.
Pure: picture in, picture out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageChops, ImageFilter

Point = tuple[float, float]

_SMALL_EDGE = 500
"""Pixels along the longer edge of the copy on which the outline is looked for."""
_SKEW_EDGE = 800
"""Pixels, about, along the longer edge of the copy on which the slope is looked for."""
_MOST_SKEW = 6
"""Degrees. More is an orientation or a perspective, not a skew."""
_LEAST_SKEW = 0.2
_STRIPS = 100
_PAPER_WIDTH = 1654
"""Pixels that a photographed page is scaled to: A4 at 200 dpi, at which the letters are read best and fastest."""


@dataclass(frozen=True)
class Geometry:
    """How the page lies in its picture: its corners as fractions (top left, then anticlockwise), then its skew."""

    corners: tuple[Point, Point, Point, Point] | None = None
    skew: float = 0.0

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Return the pixels of the page alone in a picture of this size."""
        if self.corners is None:
            return width, height
        corners = [(x * width, y * height) for x, y in self.corners]
        wide = (math.dist(corners[0], corners[3]) + math.dist(corners[1], corners[2])) / 2
        high = (math.dist(corners[0], corners[1]) + math.dist(corners[3], corners[2])) / 2
        return max(1, round(wide)), max(1, round(high))

    def straighten(self, image: Image.Image) -> Image.Image:
        """Return the page alone and upright, in about the picture's own resolution."""
        if self.corners is not None:
            corners = [(x * image.width, y * image.height) for x, y in self.corners]
            size = self.size(*image.size)
            image = image.transform(
                size, Image.Transform.PERSPECTIVE, _perspective(size, corners), Image.Resampling.BICUBIC
            )
        if self.skew:
            image = image.rotate(self.skew, Image.Resampling.BICUBIC, fillcolor=_white(image))
        return image


def measure(grey: Image.Image, *, has_outline: bool) -> Geometry:
    """Find how the page lies. `has_outline` says that the picture may show more than the page: a photo."""
    corners = find_page(grey) if has_outline else None
    if has_outline:
        page = Geometry(corners).straighten(_reduced(grey, 2 * _SKEW_EDGE))
    else:  # the lines of a scan are sharp enough on a smaller copy
        page = grey.reduce(max(1, round(max(grey.size) / _SKEW_EDGE)))
    skew = find_skew(page)
    return Geometry(corners, skew if abs(skew) >= _LEAST_SKEW else 0.0)


def for_ocr(grey: Image.Image) -> Image.Image:
    """Return a straightened photo with even paper, in the size and sharpness that tesseract reads best."""
    grey = even_paper(without_surroundings(grey))
    if grey.width > _PAPER_WIDTH:
        height = round(grey.height * _PAPER_WIDTH / grey.width)
        grey = grey.resize((_PAPER_WIDTH, height), Image.Resampling.LANCZOS)
        grey = grey.filter(ImageFilter.UnsharpMask(radius=2, percent=100, threshold=2))
    return grey


def levelled_small(image: Image.Image, skew: float, edge: int) -> Image.Image:
    """Return the picture turned level with at most `edge` pixels along its longer side, for people.

    It is turned and made small in one step: half the cost of one after the other, and letters stay sharper.
    """
    wide, high = fitting(image.size, edge)
    factor = max(1, max(image.size) // edge)
    image = image.reduce(factor) if factor > 1 else image
    if not skew:
        return image if image.size == (wide, high) else image.resize((wide, high), Image.Resampling.BILINEAR)
    sine, cosine = math.sin(math.radians(skew)), math.cos(math.radians(skew))
    across, down = image.width / wide, image.height / high
    a, b, d, e = cosine * across, -sine * across, sine * down, cosine * down
    moved = (a, b, (image.width - a * wide - b * high) / 2, d, e, (image.height - d * wide - e * high) / 2)
    how = Image.Resampling.BILINEAR
    return image.transform((wide, high), Image.Transform.AFFINE, moved, how, fillcolor=_white(image))


def fitting(size: tuple[int, int], edge: int) -> tuple[int, int]:
    """Return the size with at most `edge` along its longer side."""
    factor = min(1.0, edge / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _white(image: Image.Image) -> int | tuple[int, int, int]:
    return 255 if image.mode == "L" else (255, 255, 255)


def for_osd(grey: Image.Image, edge: int) -> Image.Image:
    """Return the picture small and with even paper: which way is up shows without the last detail."""
    return even_paper(_reduced(grey, edge))


# -- outline --------------------------------------------------------------------------------------------------------


def find_page(grey: Image.Image) -> tuple[Point, Point, Point, Point] | None:
    """Return the corners of a bright page on a darker ground, as fractions; None where there is no clear one.

    The four sides are the straight lines on which most of the outermost bright pixels lie: a shadow or a finger over
    a part of a side does not move it.
    """
    small = _reduced(grey, _SMALL_EDGE).filter(ImageFilter.MedianFilter(5))
    threshold = otsu(small.histogram())
    bright = small.point([255 if value > threshold else 0 for value in range(256)])
    bright = bright.filter(ImageFilter.MinFilter(3)).filter(ImageFilter.MaxFilter(3))
    width, height = bright.size
    left, right = _outermost(bright)
    top, bottom = _outermost(bright.transpose(Image.Transpose.TRANSPOSE))
    sides = [_straight_line(points) for points in (left, right, top, bottom)]
    if any(side is None for side in sides):
        return None
    one, two, three, four = (side for side in sides if side is not None)
    on_side = [one.points / height, two.points / height, three.points / width, four.points / width]
    if min(on_side) < 0.35:
        return None
    corners = (_cross(one, three), _cross(one, four), _cross(two, four), _cross(two, three))
    found = tuple((x / width, y / height) for x, y in corners)
    if not _is_page(found) or not _stands_out(small, corners):
        return None
    return found  # type: ignore[return-value]  # four points in, four out


def _is_page(corners: Sequence[Point]) -> bool:
    """Tell a page from an odd shape, and from the whole picture, which needs no cutting."""
    if any(not -0.05 <= value <= 1.05 for corner in corners for value in corner):
        return False
    turns = [
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
        for (ax, ay), (bx, by), (cx, cy) in zip(
            corners, [*corners[1:], corners[0]], [*corners[2:], *corners[:2]], strict=True
        )
    ]
    area = abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in zip(corners, [*corners[1:], corners[0]], strict=True)))
    is_convex = all(turn < 0 for turn in turns) or all(turn > 0 for turn in turns)
    return is_convex and 0.25 <= area / 2 <= 0.94


def _stands_out(small: Image.Image, corners: Sequence[Point]) -> bool:
    """Tell a page on a table from a page that fills the picture and lies half in shadow.

    A shadow has a soft edge, or one straight edge while the other sides are the picture's own.
    """
    middle = (sum(x for x, _ in corners) / 4, sum(y for _, y in corners) / 4)
    steps = [_step(small, corners[index], corners[(index + 1) % 4], middle) for index in range(4)]
    inside = [step for step in steps if step is not None]
    return len(inside) >= 2 and min(inside) >= 15


def _step(small: Image.Image, start: Point, end: Point, middle: Point) -> float | None:
    """Return how much brighter it is inside of a side than outside, at half of its points; None along the frame."""
    differences = []
    for tenth in range(1, 10):
        x, y = (a + (b - a) * tenth / 10 for a, b in zip(start, end, strict=True))
        length = max(1.0, math.dist((x, y), middle))
        dx, dy = 4 * (middle[0] - x) / length, 4 * (middle[1] - y) / length
        inner, outer = (round(x + dx), round(y + dy)), (round(x - dx), round(y - dy))
        if all(0 <= px < small.width and 0 <= py < small.height for px, py in (inner, outer)):
            differences.append(_level(small, inner) - _level(small, outer))
    return sorted(differences)[len(differences) // 2] if len(differences) >= 5 else None


def _level(small: Image.Image, at: tuple[int, int]) -> int:
    level = small.getpixel(at)
    return level if isinstance(level, int) else 0


@dataclass(frozen=True)
class _Side:
    """x = slope * y + offset, and on how many points it rests."""

    slope: float
    offset: float
    points: int


def _outermost(bright: Image.Image) -> tuple[list[Point], list[Point]]:
    """Return the first and the last bright pixel of every row, where they are far enough apart to be a page's."""
    width, height = bright.size
    pixels = bright.tobytes()
    first: list[Point] = []
    last: list[Point] = []
    for y in range(height):
        row = pixels[y * width : (y + 1) * width]
        start, end = row.find(255), row.rfind(255)
        if end - start > 0.4 * width:
            first.append((start, y))
            last.append((end, y))
    return first, last


def _straight_line(points: list[Point]) -> _Side | None:
    """Return the line that most points lie on: every pair of a sample is tried, so that the answer never varies."""
    if len(points) < 24:
        return None
    sample = points[:: max(1, len(points) // 28)]
    witnesses = points[:: max(1, len(points) // 120)]
    best = max(_lines_through(sample), key=lambda line: _near(line, witnesses), default=None)
    if best is None:
        return None
    slope, offset = best
    return _least_squares([(x, y) for x, y in points if abs(x - slope * y - offset) <= 1.5])


def _lines_through(sample: list[Point]) -> Iterator[tuple[float, float]]:
    for index, (x0, y0) in enumerate(sample):
        for x1, y1 in sample[index + 4 :]:
            slope = (x1 - x0) / (y1 - y0)
            if abs(slope) <= 0.35:
                yield slope, x0 - slope * y0


def _near(line: tuple[float, float], points: list[Point]) -> int:
    slope, offset = line
    return sum(-1.5 <= x - slope * y - offset <= 1.5 for x, y in points)


def _least_squares(points: list[Point]) -> _Side | None:
    n = len(points)
    x_sum, y_sum = sum(x for x, _ in points), sum(y for _, y in points)
    spread = n * sum(y * y for _, y in points) - y_sum * y_sum
    if spread == 0:
        return None
    slope = (n * sum(x * y for x, y in points) - x_sum * y_sum) / spread
    return _Side(slope, (x_sum - slope * y_sum) / n, n)


def _cross(upright: _Side, level: _Side) -> Point:
    """Return where a side x = f(y) meets a side y = g(x)."""
    y = (level.slope * upright.offset + level.offset) / (1 - upright.slope * level.slope)
    return upright.slope * y + upright.offset, y


def _perspective(size: tuple[int, int], corners: Sequence[Point]) -> list[float]:
    """Return Pillow's eight coefficients that take the pixels of a page of `size` from between `corners`."""
    width, height = size
    rows = []
    for (x, y), (u, v) in zip([(0, 0), (0, height), (width, height), (width, 0)], corners, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    return _solved(rows)


def _solved(rows: list[list[float]]) -> list[float]:
    """Solve linear equations by elimination; the last column is the right-hand side."""
    n = len(rows)
    for i in range(n):
        pivot = max(range(i, n), key=lambda row: abs(rows[row][i]))
        rows[i], rows[pivot] = rows[pivot], rows[i]
        for other in range(n):
            if other != i:
                factor = rows[other][i] / rows[i][i]
                rows[other] = [a - factor * b for a, b in zip(rows[other], rows[i], strict=True)]
    return [rows[i][n] / rows[i][i] for i in range(n)]


# -- skew -----------------------------------------------------------------------------------------------------------


def find_skew(grey: Image.Image) -> float:
    """Return by how many degrees to turn the picture anticlockwise so that its lines are level.

    Lines are level where the rows differ most: the ink of each row is summed for several angles, coarse to fine. The
    ink is gathered in upright strips once, and for each angle the strips are moved up and down.
    """
    small = _reduced(grey, _SKEW_EDGE)
    ink = ImageChops.subtract(_paper(small, 60), small).point([255 if value > 40 else 0 for value in range(256)])
    width, height = ink.size
    ink = ink.crop((width // 30, height // 30, width - width // 30, height - height // 30))
    if ink.width < 50 or ink.height < 50:
        return 0.0

    strips = ink.resize((min(_STRIPS, ink.width), ink.height), Image.Resampling.BOX)

    @cache
    def contrast(angle: float) -> int:
        step = math.tan(math.radians(angle)) * ink.width / strips.width
        moved = (1, 0, 0, step, 1, -step * strips.width / 2)
        turned = strips.transform(strips.size, Image.Transform.AFFINE, moved, Image.Resampling.NEAREST)
        rows = turned.resize((1, turned.height), Image.Resampling.BOX)
        steps = ImageChops.difference(rows, ImageChops.offset(rows, 0, 1)).crop((0, 1, 1, rows.height)).histogram()
        return sum(count * step * step for step, count in enumerate(steps) if count)

    best = float(max(range(-_MOST_SKEW, _MOST_SKEW + 1), key=contrast))
    for step in (0.5, 0.25, 0.1):
        best = max((best, best - step, best + step), key=contrast)
    # A picture without lines has no skew: then no angle is much better than another.
    return best if contrast(best) > 1.15 * contrast(0.0) else 0.0


# -- paper ----------------------------------------------------------------------------------------------------------


def otsu(histogram: Sequence[int]) -> int:
    """Return the threshold that parts a histogram into two classes with the most variance between them."""
    total, weighted = sum(histogram), sum(value * count for value, count in enumerate(histogram))
    below = below_weighted = 0
    best, threshold = 0.0, 127
    for value, count in enumerate(histogram):
        below += count
        below_weighted += value * count
        if below in (0, total):
            continue
        gap = below_weighted / below - (weighted - below_weighted) / (total - below)
        between = below * (total - below) * gap * gap
        if between > best:
            best, threshold = between, value
    return threshold


_SCALE = 255 / math.log(256)
_LOGARITHM = [round(_SCALE * math.log(value + 1)) for value in range(256)]
_SHIFT = 200
_EXPONENT = [min(255, round(250 * math.exp((value - _SHIFT) / _SCALE))) for value in range(256)]


def even_paper(grey: Image.Image) -> Image.Image:
    """Divide by the brightness of the paper, so that shadows and lamps are gone.

    The division is a difference of logarithms, which Pillow does in C. Dark areas that are printed stay dark: paper is
    never taken to be darker than 0.6 of the page's bright part.
    """
    paper = _paper(grey, 60)
    histogram = paper.histogram()
    brightest = _percentile(histogram, 0.9)
    paper = paper.point([_LOGARITHM[max(value, int(0.6 * brightest))] for value in range(256)])
    return ImageChops.subtract(grey.point(_LOGARITHM), paper, 1, _SHIFT).point(_EXPONENT)


def without_surroundings(grey: Image.Image) -> Image.Image:
    """Paint dark areas white that reach in from the picture's edge and hold nothing bright: lid, table, torn corner.

    One threshold for the whole picture, as tesseract takes, otherwise lies between the table and the page.
    """
    small = _cells(grey, 80)
    limit = int(0.4 * _percentile(small.histogram(), 0.9))
    brightest = small.filter(ImageFilter.MaxFilter(3))
    width, height = small.size
    values = brightest.tobytes()
    outside = _reached_from_edge(width, height, lambda x, y: values[y * width + x] < limit)
    if not outside:
        return grey
    mask = Image.new("L", small.size, 0)
    for x, y in outside:
        mask.putpixel((x, y), 255)
    mask = mask.filter(ImageFilter.MaxFilter(3)).resize(grey.size, Image.Resampling.NEAREST)
    dark = grey.point([255 if value < limit else 0 for value in range(256)])
    painted = grey.copy()
    painted.paste(255, (0, 0), ImageChops.multiply(mask, dark))
    return painted


def _reached_from_edge(width: int, height: int, is_dark: Callable[[int, int], bool]) -> set[tuple[int, int]]:
    edge = {(x, y) for x in range(width) for y in (0, height - 1)} | {
        (x, y) for y in range(height) for x in (0, width - 1)
    }
    waiting = [cell for cell in edge if is_dark(*cell)]
    reached = set(waiting)
    while waiting:
        x, y = waiting.pop()
        for cell in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
            inside = 0 <= cell[0] < width and 0 <= cell[1] < height
            if inside and cell not in reached and is_dark(*cell):
                reached.add(cell)
                waiting.append(cell)
    return reached


def _cells(grey: Image.Image, along: int) -> Image.Image:
    cell = max(4, max(grey.size) // along)
    size = (max(1, grey.width // cell), max(1, grey.height // cell))
    return grey.resize(size, Image.Resampling.BOX)


def _paper(grey: Image.Image, along: int) -> Image.Image:
    """Return the brightness of the paper everywhere: cells wider than a stroke, the brightest of neighbours, smooth."""
    small = _cells(grey, along).filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(3))
    return small.resize(grey.size, Image.Resampling.BILINEAR)


def _percentile(histogram: Sequence[int], share: float) -> int:
    left = share * sum(histogram)
    for value, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return value
    return 255


def _reduced(grey: Image.Image, edge: int) -> Image.Image:
    factor = max(1, max(grey.size) // edge)
    return grey.reduce(factor) if factor > 1 else grey
