"""Authenticate: is the claimed sender proved?

A From line is forgeable and proves nothing. A person who was logged in at the door is proved by that. It withholds
trust and never loses mail.
"""

from __future__ import annotations

from mailroom.domain.message import SenderProof, SenderVerdict
from mailroom.steps.house import House


def authenticate(house: House, message_id: str) -> str:
    """Store the verdict on the message's sender and return it."""
    with house.store.unit() as unit:
        message = unit.messages.get(message_id)
        if message.uploaded_by:
            user = unit.users.get(message.uploaded_by)
            proof = SenderProof(verdict=SenderVerdict.VERIFIED, identity=user.email, evidence="log_in")
        else:
            proof = SenderProof(
                verdict=SenderVerdict.UNVERIFIED, identity=message.envelope_sender, evidence="no_proof_at_this_door"
            )
        unit.messages.update(message.model_copy(update={"sender": proof}))
    return proof.verdict.value
