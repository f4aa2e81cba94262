"""What came out of a mail: the value that intake hands on."""

from __future__ import annotations

from dataclasses import dataclass, field

from mailroom.domain.message import HeaderView, Part
from mailroom.domain.value import Reason, Value
from mailroom.intake.xml_look import XmlLook


class BodyFound(Value):
    """A body that is more than a letter: `code` is the reason of the document that is made of it, `path` its part."""

    code: str
    path: str
    facts: dict[str, str] = {}


class Look(Value):
    """What was seen of a part beyond its type, so that sorting never has to touch foreign bytes again.

    `container` is the reason code of what was opened, `camera` says that a camera took the picture, `foreign_archive`
    that it is an archive of a kind that is not opened, `encrypted` that only a key would open it, `two_kinds` that it
    is a document and an archive at once. `returned` marks a part of a mail that bounced.
    `made_of_body` marks the PDF that we made of a body.
    """

    container: str = ""
    xml: XmlLook | None = None
    camera: bool = False
    charset: str = ""
    foreign_archive: bool = False
    encrypted: bool = False
    two_kinds: bool = False
    returned: bool = False
    made_of_body: BodyFound | None = None


@dataclass(frozen=True)
class TakenApart:
    """A mail, taken apart.

    `contents` has an entry for every part; it is empty for a container (its bytes are those of its children, and the
    raw mail is kept) and for a part that a limit kept shut. `references_cid` are the Content-IDs that an HTML body
    shows as pictures. `looks` may lack a part about which there is nothing more to say. `body` is the text that would
    become a document, if no file of the mail does.
    """

    header: HeaderView
    parts: tuple[Part, ...]
    contents: dict[str, bytes]
    problems: tuple[Reason, ...] = ()
    references_cid: frozenset[str] = frozenset()
    looks: dict[str, Look] = field(default_factory=dict)
    body: BodyFound | None = None

    def look(self, path: str) -> Look:
        """Return what was seen of a part."""
        return self.looks.get(path, _NOTHING)


_NOTHING = Look()
