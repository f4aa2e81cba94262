"""Pages as a supplier's program prints them, as an office scans them, and as a phone photographs them."""

from __future__ import annotations

import io
import random

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageChops, ImageFilter
from weasyprint import HTML


def as_digital(html: str) -> bytes:
    """Return a PDF with a text layer."""
    return bytes(HTML(string=html).write_pdf())


def drawn(pdf: bytes, dpi: int) -> list[Image.Image]:
    """Return the pages as pictures."""
    document = pdfium.PdfDocument(pdf)
    return [document[i].render(scale=dpi / 72).to_pil().convert("RGB") for i in range(len(document))]


def as_scan(pdf: bytes, rng: random.Random) -> bytes:
    """Return a PDF of pictures without text: grey, a little crooked, with grain, some faint and some fat."""
    pages = []
    dpi = rng.choice([150, 200, 200, 300])
    for page in drawn(pdf, dpi):
        grey = page.convert("L").rotate(rng.uniform(-1.3, 1.3), fillcolor=255, resample=Image.Resampling.BICUBIC)
        noise = np.random.default_rng(rng.randrange(10**9)).normal(0, rng.uniform(3, 14), (grey.height, grey.width))
        pale = rng.choice([0, 0, 30, 60])
        levels = np.clip(np.asarray(grey, dtype=float) * (255 - pale) / 255 + pale + noise, 0, 255).astype("uint8")
        pages.append(Image.fromarray(levels).filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.8))))
    target = io.BytesIO()
    pages[0].save(
        target, "PDF", resolution=dpi, quality=rng.choice([50, 70, 85]), save_all=True, append_images=pages[1:]
    )
    return target.getvalue()


def as_photo(pdf: bytes, rng: random.Random, *, wide: int = 1600) -> bytes:
    """Return a phone's JPEG of the first page: on a table, at a slant, in a shadow, not quite sharp."""
    page = drawn(pdf, 220)[0]
    page = (
        page.resize((wide, page.height * wide // page.width), Image.Resampling.LANCZOS) if page.width > wide else page
    )
    edge = page.width // 9
    table = tuple(rng.randint(40, 130) for _ in range(3))
    photo = Image.new("RGB", (page.width + 2 * edge, page.height + 2 * edge), table)
    photo.paste(page, (edge, edge))
    w, h = photo.size

    def shift() -> float:
        return rng.uniform(-0.35, 0.35) * edge

    corners = [(shift(), shift()), (shift(), h + shift()), (w + shift(), h + shift()), (w + shift(), shift())]
    photo = photo.transform(
        (w, h),
        Image.Transform.QUAD,
        [c for corner in corners for c in corner],
        Image.Resampling.BICUBIC,
        fillcolor=table,
    )
    photo = photo.rotate(rng.uniform(-4, 4), fillcolor=table, resample=Image.Resampling.BICUBIC)
    shade = Image.linear_gradient("L").rotate(rng.choice([0, 90, 180, 270])).resize((w, h))
    dark = rng.randint(30, 110)
    shade = shade.point(lambda value: 255 - dark + value * dark // 255)
    photo = ImageChops.multiply(photo, Image.merge("RGB", (shade, shade, shade))).filter(
        ImageFilter.GaussianBlur(rng.uniform(0.4, 1.1))
    )
    target = io.BytesIO()
    photo.save(target, "JPEG", quality=rng.choice([70, 80, 90]))
    return target.getvalue()
