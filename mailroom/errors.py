"""Every failure that mailroom knows by name.

The two kinds say what the engine may do: a `TemporaryFailure` is tried again a bounded number of times, a
`PermanentFailure` is not. Each cause has a stable `reason` code; the languages translate it under `reason.<code>`.
The message of an exception is for the operator's log, never for a stranger.
"""

from __future__ import annotations

from typing import ClassVar


class MailroomError(Exception):
    """Base of all. `facts` are identifiers for the log and for the translated sentence, never contents."""

    reason: ClassVar[str] = "internal"

    def __init__(self, message: str = "", **facts: str | int) -> None:
        super().__init__(message or self.reason)
        self.facts = facts

    @property
    def user_message(self) -> str:
        """Key of the sentence that a user sees."""
        return f"reason.{self.reason}"


class TemporaryFailure(MailroomError):
    """Worth another try: the cause lies outside the item."""

    reason = "temporary"


class PermanentFailure(MailroomError):
    """Trying again gives the same answer."""

    reason = "permanent"


# -- configuration and installation --------------------------------------------------------------------------------


class BadConfiguration(PermanentFailure):
    """The configuration file cannot be used; the message names the file, the line and the remedy."""

    reason = "bad_configuration"


class MissingProgram(PermanentFailure):
    """A program or a language of tesseract is not installed; the message names the Debian package."""

    reason = "missing_program"


# -- doors ----------------------------------------------------------------------------------------------------------


class UnknownRecipient(PermanentFailure):
    """No account has this address."""

    reason = "unknown_recipient"


class AddressRetired(PermanentFailure):
    """The address existed and was taken out of use."""

    reason = "address_retired"


class AccountSuspended(PermanentFailure):
    """The account takes no mail for now."""

    reason = "account_suspended"


class SenderBlocked(PermanentFailure):
    """The account wants no mail of this sender."""

    reason = "sender_blocked"


class NotForThisSender(PermanentFailure):
    """The address takes mail of listed senders only, and this one is not on the list."""

    reason = "not_for_this_sender"


class QuotaReached(TemporaryFailure):
    """The account has had as many messages today as it may have in a day."""

    reason = "quota_reached"


class TooLarge(PermanentFailure):
    """More bytes than the setting allows."""

    reason = "too_large"


class RoutingLoop(PermanentFailure):
    """A mail that comes back: one of our own, or one that has passed too many servers."""

    reason = "routing_loop"


class SpoolUnavailable(TemporaryFailure):
    """The spool could not promise to keep the mail: full disk, failed sync, locked file."""

    reason = "spool_unavailable"


class NothingToImport(PermanentFailure):
    """An upload without a file, or with an empty one."""

    reason = "nothing_to_import"


# -- reading --------------------------------------------------------------------------------------------------------


class Unreadable(PermanentFailure):
    """The bytes hold no document that can be read. Subclasses say why."""

    reason = "unreadable"


class PasswordProtected(Unreadable):
    """An encrypted PDF, archive or message."""

    reason = "password_protected"


class Damaged(Unreadable):
    """Truncated, or not what its first bytes promise."""

    reason = "damaged"


class BlankPages(Unreadable):
    """Nothing is printed on it."""

    reason = "blank"


class ForbiddenXml(Unreadable):
    """XML with a document type declaration, or in an encoding that is not allowed."""

    reason = "forbidden_xml"


class UnknownXml(Unreadable):
    """Well-formed XML, but no invoice format that mailroom knows."""

    reason = "unknown_xml"


class UnsupportedType(Unreadable):
    """No reader for this media type."""

    reason = "unsupported_type"


class EmptyFile(Unreadable):
    """No byte in it."""

    reason = "empty_file"


class NotWhatItClaims(Unreadable):
    """The name promises a file that can be read, the bytes are something else."""

    reason = "not_what_it_claims"


class TooManyPages(Unreadable):
    """More pages or pixels than the setting allows."""

    reason = "too_many_pages"


class ReaderStopped(TemporaryFailure):
    """The boxed child did not come back with an answer. Subclasses say how it ended."""

    reason = "reader_stopped"


class ReaderTimedOut(ReaderStopped):
    """The boxed child was ended because it took too long."""

    reason = "reader_timed_out"


class ReaderOutOfMemory(ReaderStopped):
    """The boxed child wanted more memory than its limit."""

    reason = "reader_out_of_memory"


class ReaderCrashed(ReaderStopped):
    """The boxed child ended without an answer."""

    reason = "reader_crashed"


class ScannerUnavailable(TemporaryFailure):
    """The virus scanner that the settings name does not answer."""

    reason = "scanner_unavailable"


# -- people and rows ------------------------------------------------------------------------------------------------


class NotFound(PermanentFailure):
    """No such account, document, user or address, or not one that this person may see."""

    reason = "not_found"


class NotAllowed(PermanentFailure):
    """The person's role does not allow it."""

    reason = "not_allowed"


class LastOwner(PermanentFailure):
    """An account keeps an owner: nobody else could change its settings."""

    reason = "last_owner"


class WrongState(PermanentFailure):
    """The document is no longer in a state in which this can be done."""

    reason = "wrong_state"


class ChangedMeanwhile(PermanentFailure):
    """Somebody else changed the row since it was shown."""

    reason = "changed_meanwhile"


class InvalidValue(PermanentFailure):
    """A field's value is not of the field's form; `facts` name the field."""

    reason = "invalid_value"


class LinesOfEInvoice(PermanentFailure):
    """The lines are those of an e-invoice: its XML is what counts, and it is not changed here."""

    reason = "lines_of_einvoice"


class AlreadyExists(PermanentFailure):
    """The unique key is taken."""

    reason = "already_exists"


# -- storage and delivery -------------------------------------------------------------------------------------------


class StorageUnavailable(TemporaryFailure):
    """The database or the blob store does not answer, or the disk is full."""

    reason = "storage_unavailable"


class BlobMissing(TemporaryFailure):
    """A row names bytes that the blob store does not hold."""

    reason = "blob_missing"


class BlobDamaged(PermanentFailure):
    """Stored bytes no longer have the hash under which they were stored."""

    reason = "blob_damaged"


class DeliveryFailed(TemporaryFailure):
    """A channel did not take the delivery; it will be tried again."""

    reason = "delivery_failed"


class DeliveryRejected(PermanentFailure):
    """A channel said a final no."""

    reason = "delivery_rejected"
