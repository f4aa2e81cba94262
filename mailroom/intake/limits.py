"""How much of a foreign mail is looked at. The limits are checked on raw bytes, before anything is decoded."""

from __future__ import annotations

from pydantic import Field

from mailroom.domain.value import Value


class IntakeLimits(Value):
    """The bounds of one mail. What lies beyond them becomes a part that is refused by name, never a silent loss."""

    max_message_bytes: int = Field(104_857_600, gt=0, description="Larger mails are one refused part")
    max_header_bytes: int = Field(262_144, gt=0, description="Bytes of one header that are read")
    max_field_bytes: int = Field(8_192, gt=0, description="Bytes of one header field that are read")
    max_fields: int = Field(2_000, gt=0, description="Fields of one header that are looked at")
    max_parts: int = Field(1_000, gt=0, description="Parts that are opened; further ones are named and refused")
    max_named_parts: int = Field(20_000, gt=0, description="Parts that are named; all further bytes are one part")
    max_depth: int = Field(40, gt=0, description="Containers and multiparts inside each other")
    max_opened_bytes: int = Field(
        314_572_800, gt=0, description="Bytes of all parts, containers and what they hold, after decoding"
    )
    max_archive_files: int = Field(500, gt=0, description="Files of one archive")
    max_archive_bytes: int = Field(104_857_600, gt=0, description="Bytes of one archive after unpacking")
    max_archive_ratio: int = Field(200, gt=0, description="Unpacked size of an archive over its packed size")
    look_into_pdfs: bool = Field(True, description="False: after a PDF ended the child, none is opened here any more")
