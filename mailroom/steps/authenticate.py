"""Authenticate: is the claimed sender proved?

A From line is forgeable and proves nothing. A person who was logged in at the door is proved by that; a mail by DKIM,
SPF and DMARC (mailroom/trust). It withholds trust and never loses mail: where the DNS gives no answer the verdict is
`unknown`, the mail goes on at once, and a round of the clock has it looked at again.
"""

from __future__ import annotations

from mailroom.domain.document import DocumentState
from mailroom.domain.message import Door, Message, SenderProof, SenderVerdict
from mailroom.log import get_logger
from mailroom.steps.house import House
from mailroom.trust import Arrival, judge, resolver_for

log = get_logger("authenticate")

OWN_DOORS = frozenset({Door.UPLOAD, Door.API, Door.FOLDER, Door.COMMAND})
"""What comes in here is a file, or a mail that a person handed in: neither came from its author."""


def authenticate(house: House, message_id: str) -> str:
    """Store the verdict on the message's sender and return it."""
    with house.store.read() as unit:
        message = unit.messages.get(message_id)
        person = unit.users.get(message.uploaded_by) if message.uploaded_by else None
    if person:
        proof = SenderProof(verdict=SenderVerdict.VERIFIED, identity=person.email, evidence="log_in")
    else:
        proof = _look(house, message)
    return _keep(house, message_id, proof)


def authenticate_again(house: House, message_id: str) -> list[str]:
    """Look again at a sender who is not known yet; return the documents that wait for a decision."""
    with house.store.read() as unit:
        message = unit.messages.get(message_id)
    if message.sender.verdict is SenderVerdict.UNKNOWN:
        verdict = _keep(house, message_id, _look(house, message))
        if verdict == SenderVerdict.UNKNOWN:
            return []
    with house.store.read() as unit:
        lines = [entry.document_id for entry in unit.parts.of(message_id)]
        found = [unit.documents.get(name) for name in dict.fromkeys(lines) if name]
    return [one.id for one in found if one.message_id == message_id and one.state is DocumentState.TO_ACCEPT]


def leave_in_doubt(house: House, message_id: str, reason: str) -> None:
    """Leave a sender unknown whose check failed: the mail itself went on long ago."""
    log.warning("sender_left_in_doubt", message=message_id, reason=reason, at=house.clock().isoformat())


def _look(house: House, message: Message) -> SenderProof:
    settings = house.settings
    if settings.trust.check == "off" or message.door in OWN_DOORS:
        return _claimed(message, SenderProof(verdict=SenderVerdict.UNVERIFIED, evidence="no_proof_at_this_door"))
    arrival = Arrival(
        door=message.door,
        received_at=message.received_at,
        sender=message.envelope_sender,
        peer=message.peer,
        helo=message.sender.helo,
        fronts=settings.smtp.trusted_peers,
    )
    raw = house.store.blobs.get(message.sha256)
    return _claimed(message, judge(raw, arrival, house.resolver or resolver_for(settings.trust), settings.trust))


def _claimed(message: Message, proof: SenderProof) -> SenderProof:
    """Name at least whom the envelope names, where From names nobody."""
    return proof if proof.identity else proof.model_copy(update={"identity": message.envelope_sender})


def _keep(house: House, message_id: str, proof: SenderProof) -> str:
    with house.store.unit() as unit:
        message = unit.messages.get(message_id)
        kept = proof.model_copy(update={"helo": message.sender.helo})
        unit.messages.update(message.model_copy(update={"sender": kept}))
    log.info("sender_judged", message=message_id, verdict=proof.verdict.value)
    return proof.verdict.value
