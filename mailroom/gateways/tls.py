"""The certificate for STARTTLS, taken up again when its files change.

A renewed certificate needs no restart; a broken one is told and the old one serves on.
"""

from __future__ import annotations

import ssl
from pathlib import Path

from mailroom.errors import BadConfiguration
from mailroom.log import get_logger

CERTIFICATE_LOADED = "certificate_loaded"
CERTIFICATE_NOT_LOADED = "certificate_not_loaded"

log = get_logger("gateways")


class Certificate:
    """Call it for the context of a new connection: two stats, and a load only when a file has changed."""

    def __init__(self, certificate: Path, key: Path | None) -> None:
        """Load it.

        Raises:
            BadConfiguration: the files cannot be used.
        """
        self._certificate = certificate
        self._key = key
        self._stamp = self._stamp_now()
        try:
            self._context = _load(certificate, key)
        except (OSError, ValueError) as error:
            raise BadConfiguration(f"smtp.tls_certificate: {certificate} cannot be used ({error})") from error

    def __call__(self) -> ssl.SSLContext:
        """Return the context of the certificate as it is now."""
        stamp = self._stamp_now()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._context = _load(self._certificate, self._key)
            except (OSError, ValueError) as error:
                log.warning(CERTIFICATE_NOT_LOADED, file=str(self._certificate), error=str(error))
            else:
                log.info(CERTIFICATE_LOADED, file=str(self._certificate))
        return self._context

    def _stamp_now(self) -> tuple[tuple[int, int, int] | None, ...]:
        return tuple(_stamp(file) for file in (self._certificate, self._key) if file is not None)


def _load(certificate: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key, password="")  # else an encrypted key asks at the terminal
    return context


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        stat = file.stat()
    except OSError:  # in the middle of a renewal
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino
