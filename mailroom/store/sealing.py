"""Sealed texts: what the database keeps and must not show, such as the passwords of an account.

The key is a file beside the database, or the one that `[store] secret_key_file` names. A stolen database, or a backup
(which leaves the key out), opens nothing. Without the key the sealed texts are lost and have to be typed again.
"""

from __future__ import annotations

import base64
import os
from pathlib import Path

from mailroom.errors import BadConfiguration, StorageUnavailable

KEY_FILE = "secret.key"
_KEY_BYTES = 32


class Sealer:
    """Seals and opens texts with the key in a file, made on first use."""

    def __init__(self, key_file: Path) -> None:
        self._key_file = key_file

    def seal(self, text: str) -> str:
        """Return the text as nobody can read it without the key. Raises BadConfiguration, StorageUnavailable."""
        from nacl.secret import SecretBox  # loaded on first use: most mails are not encrypted

        sealed = SecretBox(self._key()).encrypt(text.encode("utf-8"))
        return base64.b64encode(bytes(sealed)).decode("ascii")

    def open(self, sealed: str) -> str:
        """Return what was sealed.

        Raises:
            BadConfiguration: it was sealed with another key, or the key's file cannot be used.
        """
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox

        try:
            return SecretBox(self._key()).decrypt(base64.b64decode(sealed)).decode("utf-8")
        except (CryptoError, ValueError) as error:
            raise BadConfiguration(
                f"{self._key_file} is not the key with which the stored passwords were sealed; "
                "put the right one back, or remove the passwords and type them again"
            ) from error

    def _key(self) -> bytes:
        try:
            if not self._key_file.exists():
                self._make()
            key = base64.b64decode(self._key_file.read_bytes().strip())
        except OSError as error:
            raise StorageUnavailable(f"{self._key_file}: {error.strerror}") from error
        except ValueError as error:
            raise BadConfiguration(f"{self._key_file} holds no key") from error
        if len(key) != _KEY_BYTES:
            raise BadConfiguration(f"{self._key_file} holds no key of {_KEY_BYTES} bytes in base64")
        return key

    def _make(self) -> None:
        """Make the key. Of two processes that do it at once, the first one's key stays."""
        draft = self._key_file.with_name(f".{self._key_file.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            os.write(descriptor, base64.b64encode(os.urandom(_KEY_BYTES)) + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        try:
            os.link(draft, self._key_file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
