"""What was left out is taken back with one act and remembered in both directions; repetition counts as decoration."""

from __future__ import annotations

import io
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from house_for_steps import TestHouse, mail, pdf
from PIL import Image, ImageDraw, ImageFilter

from mailroom.domain.account import Role
from mailroom.domain.document import DocumentState
from mailroom.domain.message import LedgerEntry, Verdict
from mailroom.errors import NotAllowed, NotFound, WrongState
from mailroom.steps.authenticate import authenticate
from mailroom.steps.desk import Desk
from mailroom.steps.sort import sort


def drawing(size: tuple[int, int], seed: int = 0) -> Image.Image:
    """Return a logo: letters and a mark on white."""
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    width, height = size
    for number in range(5):
        left = width * (number * 2 + 1 + seed % 2) // 12
        pen.rectangle(
            (left, height * ((number + seed) % 3) // 5, left + width // 14, height * 4 // 5), fill=(20, 60, 90)
        )
    pen.ellipse((width // 2, height // 4, width // 2 + height // 2, height * 3 // 4), fill=(200, 80 + seed, 20))
    return picture


def saved(picture: Image.Image, kind: str = "PNG", **more: int) -> bytes:
    with io.BytesIO() as file:
        picture.save(file, kind, **more)
        return file.getvalue()


def lines(home: TestHouse, message: str) -> list[LedgerEntry]:
    with home.store.read() as unit:
        return unit.parts.of(message)


def takes(home: TestHouse, raw: bytes) -> tuple[str, list[LedgerEntry]]:
    """Take a mail in and sort it; return its id and its lines."""
    message = home.arrives(raw)
    authenticate(home.house, message)
    sort(home.house, message)
    return message, lines(home, message)


def with_logo(content: bytes, subject: str, name: str = "logo.png") -> bytes:
    return mail(("invoice.pdf", pdf(subject)), (name, content), subject=subject)


def of(entries: list[LedgerEntry], name: str) -> LedgerEntry:
    return next(entry for entry in entries if entry.filename == name)


def test_a_picture_that_was_ignored_becomes_a_document_and_so_does_the_same_one_later(home: TestHouse) -> None:
    logo = saved(drawing((400, 150)))
    message, entries = takes(home, with_logo(logo, "one"))
    ignored = of(entries, "logo.png")
    assert ignored.verdict is Verdict.IGNORED
    document = Desk(home.house).take_back(home.owner, message, ignored.path)
    assert (document.state, document.sha256) == (DocumentState.READING, ignored.sha256)
    line = of(lines(home, message), "logo.png")
    assert (line.verdict, line.reason.code, line.document_id) == (Verdict.DOCUMENT, "said_document", document.id)
    smaller = saved(drawing((400, 150)).resize((360, 135)).filter(ImageFilter.GaussianBlur(0.6)), "JPEG", quality=70)
    _, later = takes(home, with_logo(smaller, "two", "logo2.jpg"))
    assert of(later, "logo2.jpg").verdict is Verdict.DOCUMENT
    _, other = takes(home, with_logo(saved(drawing((400, 150), seed=7)), "three"))
    assert of(other, "logo.png").verdict is Verdict.IGNORED, "another logo is another matter"


def test_taking_back_is_taken_back_and_the_other_way_is_remembered(home: TestHouse) -> None:
    logo = saved(drawing((400, 150)))
    message, entries = takes(home, with_logo(logo, "one"))
    desk = Desk(home.house)
    document = desk.take_back(home.owner, message, of(entries, "logo.png").path)
    aside = desk.put_aside(home.owner, message, of(entries, "logo.png").path)
    assert (aside.id, aside.state) == (document.id, DocumentState.SET_ASIDE)
    assert of(lines(home, message), "logo.png").reason.code == "said_decoration"
    _, later = takes(home, with_logo(logo, "two"))
    assert of(later, "logo.png").reason.code == "said_decoration"
    again = desk.take_back(home.owner, message, of(entries, "logo.png").path)
    assert (again.id, again.state) == (document.id, DocumentState.READING)


def test_what_a_person_called_decoration_is_left_out_in_the_next_mail(home: TestHouse) -> None:
    banner = drawing((1200, 1000))
    message, entries = takes(home, with_logo(saved(banner), "one", "picture.png"))
    assert of(entries, "picture.png").verdict is Verdict.DOCUMENT
    Desk(home.house).put_aside(home.owner, message, of(entries, "picture.png").path)
    _, later = takes(home, with_logo(saved(banner, "JPEG", quality=60), "two", "picture.jpg"))
    assert of(later, "picture.jpg").reason.code == "said_decoration"
    other, address = home.company("Another BV")
    message = home.arrives(with_logo(saved(banner), "three", "picture.png"), address, account_id=other.id)
    authenticate(home.house, message)
    sort(home.house, message)
    assert of(lines(home, message), "picture.png").verdict is Verdict.DOCUMENT, "that is for this account only"


def test_an_appendix_is_taken_back_and_remembered_by_its_bytes(home: TestHouse) -> None:
    message, entries = takes(home, mail(("invoice.pdf", pdf("a")), ("algemene voorwaarden.pdf", pdf("t")), subject="1"))
    terms = of(entries, "algemene voorwaarden.pdf")
    assert terms.verdict is Verdict.APPENDIX
    document = Desk(home.house).take_back(home.owner, message, terms.path)
    assert home.work_on(document.id).state is not DocumentState.READING


def photo(camera: bool, size: tuple[int, int]) -> bytes:
    picture = drawing(size)
    exif = Image.Exif()
    if camera:
        exif[0x010F] = "Fairphone"
    return saved(picture, "JPEG", **({"exif": exif} if camera else {}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("camera", "size", "wanted"),
    [
        (False, (900, 700), Verdict.IGNORED),  # a picture of the signature that no rule knew
        (True, (900, 700), Verdict.DOCUMENT),  # a photo stays one, however often it comes
        (False, (700, 1400), Verdict.DOCUMENT),  # the shape of a receipt
        (False, (1500, 1100), Verdict.DOCUMENT),  # large
    ],
)
def test_a_picture_that_comes_with_many_mails_is_decoration(
    home: TestHouse, *, camera: bool, size: tuple[int, int], wanted: Verdict
) -> None:
    verdicts = []
    for number in range(5):
        picture = photo(camera, size) + bytes(number)  # other bytes, the same look
        _, entries = takes(home, with_logo(picture, f"mail {number}", "IMG.jpg"))
        verdicts.append(of(entries, "IMG.jpg"))
    assert verdicts[0].verdict is Verdict.DOCUMENT
    assert verdicts[-1].verdict is wanted
    if wanted is Verdict.IGNORED:
        assert (verdicts[-1].reason.code, verdicts[-1].reason.facts) == ("seen_often", {"count": "4"})


def test_only_who_decides_may_take_back_and_only_what_was_left_out(home: TestHouse) -> None:
    message, entries = takes(home, with_logo(saved(drawing((400, 150))), "one"))
    desk = Desk(home.house)
    validator = home.person("validator@example.com", Role.VALIDATOR)
    stranger = home.person("stranger@example.com")
    path = of(entries, "logo.png").path
    with pytest.raises(NotAllowed):
        desk.take_back(validator, message, path)
    with pytest.raises(NotFound):
        desk.take_back(stranger, message, path)
    with pytest.raises(NotFound):
        desk.take_back(home.owner, message, "9.9")
    with pytest.raises(WrongState):
        desk.take_back(home.owner, message, of(entries, "invoice.pdf").path)
    with pytest.raises(WrongState):
        desk.put_aside(home.owner, message, of(entries, "invoice.pdf").path)


def test_a_text_cannot_be_taken_back(home: TestHouse) -> None:
    made = EmailMessage(policy=SMTP)
    made["Subject"] = "words"
    made.set_content("only words")
    message, [body] = takes(home, made.as_bytes())
    with pytest.raises(WrongState):
        Desk(home.house).take_back(home.owner, message, body.path)
