"""On well-formed mails our own cut finds the same leaves as the standard library's parser."""

from __future__ import annotations

import email
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from mails_intake import File, html, jpeg, mail, multipart, pdf, png, text, ubl

from mailroom.domain.message import HeaderView
from mailroom.intake import take_apart

LEAVES = [
    text("Dag"),
    html("<p>Dag</p>"),
    File(pdf(), "application/pdf", "factuur.pdf"),
    File(pdf(2), "application/pdf", "factuur 2.pdf", "inline", encoding="binary"),
    File(png(9, 9), "image/png", "logo.png", "inline"),
    File(jpeg(9, 9, size=90), "image/jpeg"),
    File(ubl(), "text/xml", "a.xml", encoding="8bit"),
    File(b"a=3D=\r\nb", "text/csv", "a.csv", encoding="quoted-printable"),
]


def by_library(raw: bytes) -> list[tuple[str, str, bytes]]:
    leaves = [part for part in email.message_from_bytes(raw).walk() if not part.is_multipart()]
    found: list[tuple[str, str, bytes]] = []
    for leaf in leaves:
        content = leaf.get_payload(decode=True)
        assert isinstance(content, bytes)
        found.append((leaf.get_content_type(), leaf.get_filename() or "", content))
    return found


@given(st.lists(st.sampled_from(LEAVES), min_size=1, max_size=5), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_our_cut_and_the_library_find_the_same_leaves(leaves: list[File], chance: random.Random) -> None:
    parts: list[File | bytes] = list(leaves)
    for _ in range(chance.randrange(4)):
        parts = [multipart(*parts), chance.choice(LEAVES)]
    raw = mail(*parts)
    apart = take_apart(raw)
    assert [(part.declared_type, part.filename, apart.contents[part.path]) for part in apart.parts] == by_library(raw)
    assert isinstance(apart.header, HeaderView)
