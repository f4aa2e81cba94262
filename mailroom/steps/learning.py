"""Learning: what people correct and confirm is remembered of the seller, and used on its next document.

A correction teaches in the transaction that stores it: either both hold after a crash or neither. What a person accepts
without a change teaches when the document is archived, after the undo window, so that an acceptance that is taken back
leaves no trace; and a document that is refused takes along what it taught. Of two people who correct one document the
second is told that it changed; of two who correct two documents of one seller both are heard.

Nothing here makes an account number known: the IBANs of a seller come from accepted documents only.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from mailroom.domain.account import Account, Role, Seller, SellerMarks, User
from mailroom.domain.document import Document, FieldName, Fields, FieldSource
from mailroom.domain.freemail import company_domain
from mailroom.domain.learned import LEARNABLE, Lesson, Lessons
from mailroom.domain.message import Message, SenderVerdict
from mailroom.domain.reading import Reading
from mailroom.domain.value import new_id
from mailroom.extraction import Buyer, lessons_of, marks_of, merged, shareable
from mailroom.steps.house import House
from mailroom.store import Unit

_SEEN = frozenset({FieldSource.TEXT_LAYER, FieldSource.OCR})
_CONFIRMED = frozenset(LEARNABLE) - {FieldName.DOCUMENT_TYPE, FieldName.CURRENCY}


def proved_domain(account: Account, people: Sequence[tuple[User, Role]], message: Message) -> str:
    """Return the domain of a sender that is proved and none of the account's own people; empty otherwise.

    Who forwards a mail proves who forwards it: the domain of a member, of the accountant or of a listed sender names
    no seller.
    """
    if message.sender.verdict is not SenderVerdict.VERIFIED:
        return ""
    domain = company_domain(message.sender.identity)
    own = (account.accountant_email, *(user.email for user, _ in people))
    return "" if domain in {company_domain(address) for address in own} else domain


def lessons_of_seller(house: House, account: Account, marks: SellerMarks) -> Lessons:
    """Return what this account was taught of the seller; the layout that others were taught, where that is allowed."""
    with house.store.read() as unit:
        known = unit.sellers.recognise(account.id, marks)
        own = unit.learned.of(known.seller.id) if known else []
        shared = unit.learned.of_others(account.id, marks.vat_id) if house.settings.learning.share_layouts else []
    lessons: dict[FieldName, Lesson] = {}
    for other in shared:
        lessons.setdefault(other.field, shareable(other))
    for lesson in own:
        lessons[lesson.field] = lesson
    if known and known.by in {"domain", "name"} and FieldName.SELLER_VAT_ID in lessons:
        # Neither proves who sold: a VAT id out of the memory needs one that stands on the page.
        weak = lessons[FieldName.SELLER_VAT_ID].model_copy(update={"value": ""})
        lessons[FieldName.SELLER_VAT_ID] = weak
    return lessons


def teach_correction(
    unit: Unit, house: House, document: Document, *, before: Fields, names: Collection[FieldName], actor: str
) -> Document:
    """Remember what a person typed or confirmed; return the document with the seller that it belongs to.

    A seller that nobody knows is proposed with what the document says, without an account number.
    """
    account = unit.accounts.get(document.account_id)
    reading = _reading(house, document)
    seller = _seller_of(unit, account, document, reading)
    if seller is None:
        return document
    lessons = lessons_of(reading, document.fields, names, {name: field.value for name, field in before.items()})
    _store(unit, house, seller, lessons, document=document, actor=actor)
    return document.model_copy(update={"seller_id": seller.id})


def teach_confirmation(unit: Unit, house: House, document: Document, seller_id: str | None) -> None:
    """Remember where the fields of an archived document stood that a person accepted as they were read."""
    if seller_id is None or document.decided_by is None:
        return
    known = {lesson.field for lesson in unit.learned.of(seller_id)}
    names = [n for n in FieldName if n in _CONFIRMED - known and _was_seen(document, n)]
    if names:
        lessons = lessons_of(_reading(house, document), document.fields, names, {})
        placed = [lesson for lesson in lessons if lesson.spots or lesson.value]
        _store(unit, house, unit.sellers.get(seller_id), placed, document=document, actor=document.decided_by)


def _was_seen(document: Document, name: FieldName) -> bool:
    field = document.fields.get(name)
    return field is not None and field.value is not None and field.source in _SEEN


def _reading(house: House, document: Document) -> Reading:
    """Return the stored reading; one without pages where nothing could be read, or where an e-invoice spoke."""
    if document.reading:
        reading = Reading.model_validate_json(house.store.blobs.get(document.reading))
        if not reading.structured:
            return reading
    return Reading(media_type=document.media_type, engine="")


def _seller_of(unit: Unit, account: Account, document: Document, reading: Reading) -> Seller | None:
    buyer = Buyer(name=account.name, vat_id=account.vat_id, names=account.names)
    known = unit.sellers.recognise(account.id, marks_of(document.fields, reading, buyer))
    vat_id = document.value(FieldName.SELLER_VAT_ID) or ""
    name = document.value(FieldName.SELLER_NAME) or ""
    if known is not None:
        seller = known.seller
        if seller.documents or (seller.name, seller.vat_id) == (name or seller.name, vat_id or seller.vat_id):
            return seller
        return unit.sellers.save(  # proposed by an earlier correction, and corrected again
            seller.model_copy(update={"name": name or seller.name, "vat_id": vat_id or seller.vat_id})
        )
    if not (vat_id or name):
        return None
    return unit.sellers.save(Seller(id=new_id(), account_id=account.id, name=name, vat_id=vat_id))


def _store(
    unit: Unit, house: House, seller: Seller, lessons: Collection[Lesson], *, document: Document, actor: str
) -> None:
    if not lessons:
        return
    at = house.clock()
    unit.learned.teach(seller, lessons, document_id=document.id, actor=actor, at=at, merge=merged)
    unit.events.add(
        "seller_learned",
        account_id=document.account_id,
        subject=document.id,
        actor=actor,
        facts={"fields": ", ".join(sorted(lesson.field for lesson in lessons))},
        at=at,
    )
