"""What all values share: frozen, validated on the way in, nothing unknown accepted."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value. `model_dump(mode="json")` and `model_validate` carry it over a pipe or into a row and back."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def new_id() -> str:
    """Return a new identifier: 26 lower-case characters, sortable by time of making."""
    from ulid import ULID  # half of what this module would import, and a reader in the box makes no identifier

    return str(ULID()).lower()


class Reason(Value):
    """Why something is as it is.

    `code` is stable and is translated as `reason.<code>`; `facts` fill the sentence's placeholders.
    """

    code: str
    facts: dict[str, str] = {}
