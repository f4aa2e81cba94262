"""What is said in an SMTP connection (RFC 5321), from the greeting to the promise after DATA.

Nothing is promised before the spool has synced; a crash, or a client that leaves, costs only mail that was not
acknowledged and is sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from mailroom.errors import MailroomError, SpoolUnavailable, UnknownRecipient
from mailroom.gateways import reception as events
from mailroom.gateways import replies
from mailroom.gateways.conversation import CHUNK, ClientGone, Conversation, Farewell
from mailroom.gateways.data import DataReader, Flaw
from mailroom.gateways.paths import PathArgument, parse
from mailroom.gateways.reception import Client, Transaction, keep
from mailroom.log import get_logger
from mailroom.spool import Draft

_SUSPICION_SECONDS = 3.0
"""After a flaw a short silence ends the data: who ends lines with LF alone never sends the real end."""

_MOST_RECIPIENTS = 1_000
"""More in one mail, accepted or not, are no mail server's."""

log = get_logger("gateways")


class SmtpSession(Conversation):
    """The dialogue with one client."""

    def commands(self) -> Mapping[bytes, Callable[[Any, str], Awaitable[None]]]:
        """Return what is understood, by verb."""
        return SMTP_COMMANDS

    async def on_ehlo(self, argument: str) -> None:
        """Greet and tell what is understood."""
        if self._greet(argument):
            lines = [self.hostname, "PIPELINING", f"SIZE {self._reception.settings.max_message_bytes}", "8BITMIME"]
            lines += ["SMTPUTF8", "ENHANCEDSTATUSCODES"]
            if self._tls_protocol is None and self._reception.tls() is not None:
                lines.append("STARTTLS")
            for line in lines[:-1]:
                self._say(f"250-{line}")
            self._say(f"250 {lines[-1]}")

    async def on_helo(self, argument: str) -> None:
        """Greet."""
        if self._greet(argument):
            self._say(f"250 {self.hostname}")

    def _greet(self, hostname: str) -> bool:
        if not hostname:
            self._refuse(replies.BAD_HELLO)
            return False
        self._set_post_data_state()
        self._helo = "".join(sign if "!" <= sign <= "~" else "?" for sign in hostname[:255])
        return True

    async def on_mail(self, argument: str) -> None:
        """Begin a mail."""
        if not self._helo:
            return self._refuse(replies.HELLO_FIRST)
        if self._mail.sender is not None:
            return self._refuse(replies.NESTED_MAIL)
        try:
            path = parse(argument, "FROM:")
        except ValueError:
            return self._refuse(replies.BAD_SENDER)
        refusal = replies.BAD_MAIL if path is None else self._refusal_of_mail(path)
        if path is None or refusal:
            return self._refuse(refusal or replies.BAD_MAIL)
        self._mail = Transaction(sender=path.address)
        return self._say(replies.SENDER_OK)

    def _refusal_of_mail(self, path: PathArgument) -> str | None:
        parameters = path.parameters
        if parameters.keys() - {"SIZE", "BODY", "SMTPUTF8"}:
            return replies.UNKNOWN_PARAMETER
        if parameters.get("BODY", "7BIT").upper() not in {"7BIT", "8BITMIME"}:
            return replies.BAD_BODY
        size = parameters.get("SIZE", "0")
        if not (size.isascii() and size.isdigit() and len(size) <= 20):
            return replies.BAD_SIZE
        if int(size) > self._reception.settings.max_message_bytes:
            return replies.TOO_LARGE
        if parameters.get("SMTPUTF8"):
            return replies.UNKNOWN_PARAMETER
        return None if path.address.isascii() or "SMTPUTF8" in parameters else replies.NEEDS_SMTPUTF8

    async def on_rcpt(self, argument: str) -> None:
        """Ask admission about a recipient."""
        if self._mail.sender is None:
            return self._refuse(replies.MAIL_FIRST)
        try:
            path = parse(argument, "TO:")
        except ValueError:
            return self._refuse(replies.BAD_RECIPIENT)
        if path is None or not path.address:
            return self._refuse(replies.BAD_RCPT)
        if path.parameters:
            return self._refuse(replies.UNKNOWN_PARAMETER)
        if len(self._mail.accepted) >= self._reception.settings.max_recipients:
            # A server with more sends the rest in another mail; it must get as far as its DATA.
            self._count_idle(self._reception.settings.max_idle_commands + _MOST_RECIPIENTS)
            return self._say(replies.TOO_MANY_RECIPIENTS)
        return await self._admit(path.address)

    async def _admit(self, address: str) -> None:
        try:
            recipient = await self._reception.addresses.admit(address, self._mail.sender, self._peer)
        except MailroomError as error:
            reply = replies.for_refusal(error)
            if reply.startswith("450") and self._reception.settings.suspended == "reject":
                reply = replies.SUSPENDED_FOR_GOOD
            log.info(
                events.RECIPIENT_REFUSED,
                peer=self._peer,
                helo=self._helo,
                sender=self._mail.sender,
                recipient=address,
                reason=error.reason,
                reply=reply[:9],
            )
            if isinstance(error, UnknownRecipient):
                await self._slow_down()
            self._refuse(reply)
        else:
            self._mail.accepted.append(recipient.address)
            self._mail.recipients[recipient.address] = recipient
            self._say(replies.RECIPIENT_OK)

    async def _slow_down(self) -> None:
        """Make guessing addresses slow, then impossible for a while."""
        peers = self._reception.peers
        if peers.is_trusted(self._peer):
            return
        over = peers.guess(self._peer) - self._reception.settings.max_unknown_recipients
        if over <= 0:
            return
        if over > 3:
            peers.shut_out(self._peer)
            self._end(replies.TOO_MANY_ERRORS, "probing")
        await self._flush()
        await asyncio.sleep(over)

    async def on_data(self, argument: str) -> None:
        """Take the message and promise to keep it."""
        if argument:
            return self._refuse(replies.NO_PARAMETER)
        if self._mail.sender is None:
            return self._refuse(replies.MAIL_FIRST)
        if not self._mail.recipients:
            return self._refuse(replies.NO_RECIPIENTS)
        self._say(replies.GO_AHEAD)
        reader = DataReader(
            max_bytes=self._reception.settings.max_message_bytes,
            max_line_bytes=self._reception.settings.max_line_bytes,
            mark=self._reception.settings.import_domain,
        )
        draft = self._reception.spool.draft()
        try:
            await self._take(reader, draft)
        except (asyncio.CancelledError, ClientGone, ConnectionError):
            # Whether it ended before or after the final dot: nothing was acknowledged, the client sends it again.
            log.info(events.MAIL_INTERRUPTED, complete=reader.ended, **self._facts(reader))
            raise
        finally:
            draft.discard()
            self._set_post_data_state()
            self._idle_commands = 0
            self._last_mail = self.loop.time()
        return None

    async def _take(self, reader: DataReader, draft: Draft) -> None:
        began = self.loop.time()
        ids: list[str] = []
        failure = await self._receive(reader, draft)
        if reader.flaw is None and failure is None:
            ids, failure = await self._keep(draft)
        seconds = round(self.loop.time() - began, 3)
        if ids:
            self._say_after_data([replies.accepted(id_) for id_ in ids])
            log.info(events.MAIL_ACCEPTED, ids=ids, seconds=seconds, **self._facts(reader))
            return
        reply = replies.for_flaw(reader.flaw) if reader.flaw else replies.TRY_LATER
        self._say_after_data([reply] * len(self._mail.recipients))
        cause = reader.flaw or (failure.reason if failure else "")
        log.info(events.MAIL_REFUSED, reply=reply[:9], cause=cause, seconds=seconds, **self._facts(reader))
        if failure is not None:
            log.error(events.SESSION_FAILED, peer=self._peer, error=str(failure))
        if not reader.ended:
            raise Farewell
        if reader.flaw is Flaw.BARE_NEWLINE:
            # What comes next may be the rest of that mail for the server in front, and no command of its own.
            self._say(replies.DOUBTFUL_END)
            raise Farewell

    async def _receive(self, reader: DataReader, draft: Draft) -> MailroomError | None:
        """Read to the end of the data, into the draft while it can be taken. A full disk is told after the end."""
        failure: MailroomError | None = None
        enough = 2 * self._reception.settings.max_message_bytes + CHUNK
        self._data, self._data_began = reader, self.loop.time()
        chunk = bytes(self._input)
        self._input.clear()
        try:
            while True:
                if chunk and not reader.received:
                    self._data_began = self.loop.time()  # what comes before is silence, which has its own limit
                content = reader.feed(chunk)
                if content and failure is None:
                    draft.write(content)
                    if draft.is_due:
                        failure = await self._flush_draft(draft)
                if reader.ended or reader.received > enough:
                    break
                if reader.flaw is None:
                    chunk = await self._more()
                else:
                    async with asyncio.timeout(_SUSPICION_SECONDS):
                        chunk = await self._more()
        except TimeoutError:
            pass
        finally:
            self._data = None
        self._input += reader.rest
        return failure

    async def _flush_draft(self, draft: Draft) -> MailroomError | None:
        try:
            await self.loop.run_in_executor(None, draft.flush)
        except MailroomError as error:
            return error
        return None

    async def _keep(self, draft: Draft) -> tuple[list[str], MailroomError | None]:
        """Return the spool ids, or why there is none. Nothing is raised: LMTP owes every recipient an answer."""
        client, recipients = Client(self._peer, self._helo), list(self._mail.recipients.values())
        try:
            return await keep(self._reception, client, self._mail.sender or "", recipients, draft), None
        except MailroomError as error:
            return [], error
        except Exception as error:
            await self.handle_exception(error)
            return [], SpoolUnavailable("unexpected")

    def _say_after_data(self, said: Sequence[str]) -> None:
        """Answer the data: SMTP has one reply for all recipients; `said` has one for each."""
        self._say(said[0])

    def _facts(self, reader: DataReader) -> dict[str, Any]:
        return {
            "peer": self._peer,
            "helo": self._helo,
            "sender": self._mail.sender,
            "recipients": len(self._mail.recipients),
            "size": reader.size,
            "tls": self._tls_protocol is not None,
        }

    async def on_rset(self, _argument: str) -> None:
        """Forget the mail that was begun."""
        self._set_post_data_state()
        self._say(replies.OK)

    async def on_noop(self, _argument: str) -> None:
        """Do nothing."""
        self._say(replies.OK)

    async def on_vrfy(self, _argument: str) -> None:
        """Tell nobody who has an address here."""
        self._say(replies.CANNOT_VERIFY)

    async def on_quit(self, _argument: str) -> None:
        """Say good-bye."""
        self._say(replies.BYE)
        raise Farewell

    async def on_starttls(self, argument: str) -> None:
        """Go on behind TLS. What a client sent in the same breath is dropped (CVE-2011-0411)."""
        if argument:
            return self._refuse(replies.NO_PARAMETER)
        if self._tls_protocol is not None:
            return self._refuse(replies.ALREADY_TLS)
        self.tls_context = self._reception.tls()
        if self.tls_context is None:
            return self._refuse(replies.NOT_HERE)
        self._input.clear()
        await super().smtp_STARTTLS("")
        return None

    async def on_other(self, _argument: str) -> None:
        """Refuse a command that exists elsewhere."""
        self._refuse(replies.NOT_HERE)


SMTP_COMMANDS: dict[bytes, Callable[[SmtpSession, str], Awaitable[None]]] = {
    b"EHLO": SmtpSession.on_ehlo,
    b"HELO": SmtpSession.on_helo,
    b"MAIL": SmtpSession.on_mail,
    b"RCPT": SmtpSession.on_rcpt,
    b"DATA": SmtpSession.on_data,
    b"RSET": SmtpSession.on_rset,
    b"NOOP": SmtpSession.on_noop,
    b"VRFY": SmtpSession.on_vrfy,
    b"QUIT": SmtpSession.on_quit,
    b"STARTTLS": SmtpSession.on_starttls,
    b"AUTH": SmtpSession.on_other,
    b"BDAT": SmtpSession.on_other,
    b"ETRN": SmtpSession.on_other,
    b"EXPN": SmtpSession.on_other,
    b"HELP": SmtpSession.on_other,
    b"TURN": SmtpSession.on_other,
}
