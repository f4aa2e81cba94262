"""The mail channel: an RFC 5322 message to the relay, or without a relay an `.eml` file in a folder.

The Message-ID is fixed by what the mail is about, so after a crash between the relay's acceptance and our note of it
the same mail goes out again and is known as the same. Whether to try again is the engine's business.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from pathlib import Path

from mailroom.clock import Clock, utc_now
from mailroom.config import MailSettings
from mailroom.deliveries import disk
from mailroom.deliveries.protocol import Parcel
from mailroom.domain.delivery import LOOP_HEADER, ChannelName, OutgoingMail
from mailroom.errors import BadConfiguration, DeliveryFailed, DeliveryRejected
from mailroom.log import get_logger

log = get_logger("deliveries")

TIMEOUT_SECONDS = 60.0
SUBJECT_CHARACTERS = 250


class MailChannel:
    """The channel to the relay of `settings`, or into `folder` when there is none. `mark` stops what comes back."""

    name = ChannelName.MAIL

    def __init__(
        self,
        settings: MailSettings,
        folder: Path,
        clock: Clock = utc_now,
        *,
        mark: str = "",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._mark = mark
        self._tls = tls

    def deliver(self, parcel: Parcel) -> str:
        """Send the parcel's mail."""
        if parcel.mail is None:
            raise DeliveryRejected("the mail channel takes mails only")
        return self.send(parcel.mail)

    def send(self, mail: OutgoingMail) -> str:
        """Send a mail and return the relay's answer, or the name of the file.

        Raises:
            DeliveryFailed: no connection, no log-in, a 4xx answer, or no answer: worth another try.
            DeliveryRejected: the relay said 5xx to the sender, the recipient or the content.
            StorageUnavailable: there is no relay, and the file could not be written.
        """
        message = message_of(mail, self._settings, self._clock, mark=self._mark)
        if not self._settings.relay:
            return self._file(mail, message)
        return self._relay(mail, message.as_bytes())

    def _file(self, mail: OutgoingMail, message: EmailMessage) -> str:
        file = self._folder / _file_name(mail)
        with disk.storage(self._folder):
            disk.make_folder(self._folder)
            disk.sweep(self._folder)
            disk.replace(file, message.as_bytes())
        return file.name

    def _relay(self, mail: OutgoingMail, content: bytes) -> str:
        relay: smtplib.SMTP | None = None
        try:
            relay = self._connect()
            return self._hand_over(relay, _ascii_domain(mail.recipient), content)
        except smtplib.SMTPResponseException as error:  # greeting, TLS or log-in: never the mail's fault
            raise DeliveryFailed(
                f"relay {self._settings.relay}: {error.smtp_code} {_said(error.smtp_error)}", code=error.smtp_code
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(f"relay {self._settings.relay}: {error or type(error).__name__}") from error
        finally:
            _leave(relay)

    def _connect(self) -> smtplib.SMTP:
        host, port = _place(self._settings.relay)
        # smtplib would ask the DNS for our own name and may wait seconds for it.
        us = self._settings.sender.rpartition("@")[2]
        security = self._settings.relay_security
        if security == "tls":
            relay: smtplib.SMTP = smtplib.SMTP_SSL(host, port, us, timeout=TIMEOUT_SECONDS, context=self._context())
        else:
            relay = smtplib.SMTP(host, port, us, timeout=TIMEOUT_SECONDS)
        try:
            if security == "starttls":
                relay.starttls(context=self._context())
            relay.ehlo_or_helo_if_needed()
            if self._settings.relay_user:
                relay.login(self._settings.relay_user, self._password())
        except BaseException:
            relay.close()
            raise
        return relay

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _password(self) -> str:
        file = self._settings.relay_password_file
        if file is None:
            raise BadConfiguration("mail.relay_user is set, but mail.relay_password_file is not")
        return file.read_text("utf-8").rstrip("\r\n")

    def _hand_over(self, relay: smtplib.SMTP, recipient: str, content: bytes) -> str:
        """Run one mail transaction. smtplib's own `sendmail` hides the relay's last word, which we keep."""
        options = []
        if not (recipient + self._settings.sender).isascii():
            if not relay.has_extn("smtputf8"):
                raise DeliveryRejected(f"the relay takes no address outside ASCII: {recipient}")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        if relay.has_extn("size"):
            options.append(f"SIZE={len(content)}")
        _expect(relay.mail(self._settings.sender, options), "sender")
        _expect(relay.rcpt(recipient), "recipient")
        try:
            answer = relay.data(content)
        except smtplib.SMTPDataError as error:
            answer = (error.smtp_code, _bytes(error.smtp_error))
        return _expect(answer, "content")


def _leave(relay: smtplib.SMTP | None) -> None:
    """Say goodbye. The mail is taken or not by now, and a relay that hangs up rudely must not make it go out twice."""
    if relay is None:
        return
    try:
        relay.quit()
    except (OSError, smtplib.SMTPException) as error:
        log.debug("relay_left_without_goodbye", cause=type(error).__name__)
    finally:
        relay.close()


def message_of(mail: OutgoingMail, settings: MailSettings, clock: Clock = utc_now, *, mark: str = "") -> EmailMessage:
    """Build the RFC 5322 message of a mail, with the import domain as a `mark` by which our doors know it again.

    Raises:
        DeliveryRejected: an address is none.
    """
    plain = (settings.sender + _ascii_domain(mail.recipient)).isascii()
    message = EmailMessage(policy=SMTP if plain else SMTPUTF8)
    try:
        message["From"] = _address(settings.sender, _line(settings.sender_name))
        message["To"] = _address(_ascii_domain(mail.recipient))
    except (ValueError, IndexError, MessageError) as error:  # all three occur: "jo", "jo@", "a@b@c"
        raise DeliveryRejected(f"no address to send to or from: {error}") from error
    message["Subject"] = _line(mail.subject)[:SUBJECT_CHARACTERS]
    message["Date"] = format_datetime(clock())
    message["Message-ID"] = _message_id(mail)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notice answers this
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    if mark:
        message[LOOP_HEADER] = _line(mark)
    message["Content-Language"] = mail.language
    if mail.unsubscribe:
        message["List-Unsubscribe"] = f"<{_line(mail.unsubscribe)}>"
    # Quoted-printable: a relay without 8BITMIME may not be given bytes above 127, and lines stay under 998.
    message.set_content(mail.text, cte="quoted-printable")
    if mail.html:
        message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    for file in mail.attachments:
        main, _, sub = file.media_type.partition("/")
        message.add_attachment(
            file.content, maintype=main, subtype=sub or "octet-stream", filename=_line(file.filename)
        )
    return message


def _line(words: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", words).strip()


def _address(spec: str, name: str = "") -> Address:
    if spec.isascii():
        return Address(display_name=name, addr_spec=spec)
    # As `addr_spec` the standard library refuses a local part outside ASCII, although RFC 6532 allows it.
    local, _, domain = spec.rpartition("@")
    return Address(display_name=name, username=local, domain=domain)


def _ascii_domain(address: str) -> str:
    """Write the domain of an address in ASCII (IDNA), as every relay knows it; the local part stays."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return address


def _message_id(mail: OutgoingMail) -> str:
    return f"<{_line(mail.message_id).strip('<>')}>"


def _file_name(mail: OutgoingMail) -> str:
    """Name the file by the Message-ID, so that a second try overwrites; the hash keeps ids apart that read alike."""
    identity = _message_id(mail).strip("<>")
    mark = hashlib.sha256(f"{identity}\0{mail.recipient.casefold()}".encode()).hexdigest()[:12]
    readable = re.sub(r"[^A-Za-z0-9.-]+", "_", identity).strip("._-")[:80]
    return f"{readable or 'mail'}.{mark}.eml"


def _place(relay: str) -> tuple[str, int]:
    host, _, port = relay.rpartition(":")
    if not host or not port.isdigit():
        raise BadConfiguration(f"mail.relay must be HOST:PORT, not {relay!r}")
    return host.strip("[]"), int(port)


def _expect(answer: tuple[int, bytes], what: str) -> str:
    code, said = answer[0], _said(answer[1])
    if 200 <= code < 300:
        return f"{code} {said}"
    if 500 <= code < 600:
        raise DeliveryRejected(f"the relay refused the {what}: {code} {said}", code=code)
    raise DeliveryFailed(f"the relay did not take the {what}: {code} {said}", code=code)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode("utf-8", "replace")


def _said(said: bytes | str) -> str:
    return " ".join(_bytes(said).decode("utf-8", "replace").split())[:300]
