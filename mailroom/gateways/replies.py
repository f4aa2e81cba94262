"""What the doors say (RFC 5321 section 4.2, RFC 3463). No reply names anything inside."""

from __future__ import annotations

from mailroom.errors import (
    AccountSuspended,
    AddressRetired,
    MailroomError,
    NotForThisSender,
    QuotaReached,
    SenderBlocked,
    UnknownRecipient,
)
from mailroom.gateways.data import Flaw

BYE = "221 2.0.0 Bye"
OK = "250 2.0.0 Ok"
SENDER_OK = "250 2.1.0 Ok"
RECIPIENT_OK = "250 2.1.5 Ok"
CANNOT_VERIFY = "252 2.1.5 Send some mail, we will see"
GO_AHEAD = "354 End data with <CR><LF>.<CR><LF>"

SHUTTING_DOWN = "421 4.3.2 Service shutting down, try again later"
TOO_MANY_CONNECTIONS = "421 4.7.0 Too many connections, try again later"
SHUT_OUT = "421 4.7.0 Too many errors before, try again later"
TOO_MANY_ERRORS = "421 4.7.0 Too many errors"
DOUBTFUL_END = "421 4.7.0 It is in doubt where that message ended, closing connection"
TOO_MANY_COMMANDS = "421 4.7.0 Too many commands without mail"
TIMED_OUT = "421 4.4.2 Timeout, closing connection"
TOO_LONG = "421 4.4.2 No mail for too long, closing connection"
TOO_SLOW = "421 4.4.2 Too slow, closing connection"
NOT_SMTP = "421 4.7.0 This is a mail server"
TRY_LATER = "451 4.3.0 Temporary failure, try again later"
TOO_MANY_RECIPIENTS = "452 4.5.3 Too many recipients"

LINE_TOO_LONG = "500 5.5.2 Line too long"
UNKNOWN_COMMAND = "500 5.5.2 Command not recognized"
NOT_HERE = "502 5.5.1 Command not implemented"
HELLO_FIRST = "503 5.5.1 Say hello first"
MAIL_FIRST = "503 5.5.1 Need MAIL command"
NESTED_MAIL = "503 5.5.1 Nested MAIL command"
ALREADY_TLS = "503 5.5.1 TLS is already active"
NO_RECIPIENTS = "503 5.5.1 No valid recipients"
NO_PARAMETER = "501 5.5.4 No parameter allowed"
BAD_HELLO = "501 5.5.4 Name of the client is missing"
BAD_MAIL = "501 5.5.4 Syntax: MAIL FROM:<address>"
BAD_RCPT = "501 5.5.4 Syntax: RCPT TO:<address>"
BAD_SENDER = "501 5.1.7 Bad sender address syntax"
BAD_RECIPIENT = "501 5.1.3 Bad recipient address syntax"
BAD_SIZE = "501 5.5.4 Bad SIZE parameter"
BAD_BODY = "501 5.5.4 BODY can be 7BIT or 8BITMIME"
UNKNOWN_PARAMETER = "555 5.5.4 Parameter not recognized"
NEEDS_SMTPUTF8 = "553 5.6.7 Address needs SMTPUTF8"
TOO_LARGE = "552 5.3.4 Message size exceeds the limit"
LOOP = "554 5.4.6 Routing loop detected"

_FLAWS = {
    Flaw.BARE_NEWLINE: "550 5.5.2 Bare CR or LF in message",
    Flaw.NUL: "550 5.6.0 NUL in message",
    Flaw.LINE_TOO_LONG: "550 5.5.2 Line in message too long",
    Flaw.TOO_LARGE: TOO_LARGE,
    Flaw.LOOP: LOOP,
}

_REFUSALS: dict[type[MailroomError], str] = {
    UnknownRecipient: "550 5.1.1 No such address here",
    AddressRetired: "550 5.1.6 Address no longer in use, ask the recipient for the new one",
    AccountSuspended: "450 4.2.1 Mailbox takes no mail at present, try again later",
    SenderBlocked: "550 5.7.1 Recipient takes no mail of this sender",
    NotForThisSender: "550 5.7.1 Recipient takes mail of listed senders only",
    QuotaReached: "452 4.2.2 Mailbox has its messages for today, try again later",
}

SUSPENDED_FOR_GOOD = "550 5.2.1 Mailbox takes no mail"


def for_flaw(flaw: Flaw) -> str:
    """Return the reply to data that cannot be taken."""
    return _FLAWS[flaw]


def for_refusal(error: MailroomError) -> str:
    """Return the reply to a recipient that is not admitted; anything unexpected is temporary."""
    return _REFUSALS.get(type(error), TRY_LATER)


def accepted(spool_id: str) -> str:
    """Return the reply that promises to keep the mail."""
    return f"250 2.0.0 Ok: kept as {spool_id}"
