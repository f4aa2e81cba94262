"""Every reason that intake gives, in one place: the code is stable, the meaning is the English sentence behind it.

The languages translate each code under `reason.<code>`; a test keeps this list and the code that uses it the same.
"""

from __future__ import annotations

from typing import Final

# -- documents ------------------------------------------------------------------------------------------------------
READABLE_FILE: Final = "readable_file"
BODY_INVOICE: Final = "body_invoice"
INVOICE_BEHIND_LINK: Final = "invoice_behind_link"
FORWARDING_CONFIRMATION: Final = "forwarding_confirmation"
TWO_KINDS: Final = "two_kinds"
DAMAGED_FILE: Final = "damaged_file"
SAID_DOCUMENT: Final = "said_document"

# -- beside a document ----------------------------------------------------------------------------------------------
OFFICE_FILE: Final = "office_file"
TEXT_FILE: Final = "text_file"
OTHER_FILE: Final = "other_file"
TERMS: Final = "terms"
EMBEDDED_FILE: Final = "embedded_file"
SAME_INVOICE: Final = "same_invoice"

# -- opened ---------------------------------------------------------------------------------------------------------
ATTACHED_MAIL: Final = "attached_mail"
ARCHIVE: Final = "archive"
OUTLOOK_CONTAINER: Final = "outlook_container"
SIGNED_CONTAINER: Final = "signed_container"
ENCODED_IN_TEXT: Final = "encoded_in_text"
UNLOCKED: Final = "unlocked"
PDF_PORTFOLIO: Final = "pdf_portfolio"
BODY_AS_DOCUMENT: Final = "body_as_document"

# -- documents that wait for what is missing ------------------------------------------------------------------------
PASSWORD_MISSING: Final = "password_missing"  # noqa: S105 - a reason code
CERTIFICATE_MISSING: Final = "certificate_missing"
ENCRYPTED_MESSAGE: Final = "encrypted_message"

# -- ignored --------------------------------------------------------------------------------------------------------
BODY_TEXT: Final = "body_text"
BODY_HTML: Final = "body_html"
DECORATION: Final = "decoration"
SAID_DECORATION: Final = "said_decoration"
SEEN_OFTEN: Final = "seen_often"
TRACKING_PIXEL: Final = "tracking_pixel"
SIGNATURE: Final = "signature"
CALENDAR: Final = "calendar"
VCARD: Final = "vcard"
EMPTY: Final = "empty"
SAME_BYTES: Final = "same_bytes"
XML_NOT_INVOICE: Final = "xml_not_invoice"
OFFICE_FILE_ALONE: Final = "office_file_alone"
TEXT_FILE_ALONE: Final = "text_file_alone"
UNKNOWN_FILE: Final = "unknown_file"
DELIVERY_REPORT: Final = "delivery_report"
RETURNED_MAIL: Final = "returned_mail"
SYSTEM_FILE: Final = "system_file"

# -- refused --------------------------------------------------------------------------------------------------------
EXECUTABLE: Final = "executable"
EMPTY_FILE: Final = "empty_file"
NOT_WHAT_IT_CLAIMS: Final = "not_what_it_claims"
BROKEN: Final = "broken"
TOO_DEEP: Final = "too_deep"
TOO_LARGE: Final = "too_large"
TOO_MANY_PARTS: Final = "too_many_parts"
ARCHIVE_BOMB: Final = "archive_bomb"
ARCHIVE_UNKNOWN: Final = "archive_unknown"
PARTIAL_MESSAGE: Final = "partial_message"
EXTERNAL_BODY: Final = "external_body"

# -- said of the whole mail -----------------------------------------------------------------------------------------
HEADER_CUT: Final = "header_cut"
BOUNDARY_MISSING: Final = "boundary_missing"
TRANSFER_ENCODING: Final = "transfer_encoding"
BOUNCE: Final = "bounce"
AUTO_REPLY: Final = "auto_reply"
OUT_OF_OFFICE: Final = "out_of_office"
MAILING_LIST: Final = "mailing_list"
SPAM_MARKED: Final = "spam_marked"
LEFT_INSIDE: Final = "left_inside"

MEANINGS: Final[dict[str, str]] = {
    READABLE_FILE: "This file will be read as a document.",
    BODY_INVOICE: "The invoice stands in the text of the mail; this is a PDF of that text.",
    INVOICE_BEHIND_LINK: "The mail holds no invoice, only a link to one; links are never opened.",
    FORWARDING_CONFIRMATION: "A mail provider asks to confirm that mail is forwarded to this address.",
    TWO_KINDS: "The file can be opened as two different kinds of file; look at it with care before you accept it.",
    SAID_DOCUMENT: "A person said that this is a document.",
    DAMAGED_FILE: "The file seems damaged; reading it will be tried, or ask the sender to send it again.",
    OFFICE_FILE: "An office file (Word, Excel, ...), kept as an appendix of the document beside it.",
    TEXT_FILE: "A text file, kept as an appendix of the document beside it.",
    OTHER_FILE: "A file of another kind, kept as an appendix of the document beside it.",
    TERMS: "Terms and conditions, kept as an appendix of the document beside it.",
    EMBEDDED_FILE: "A file inside the electronic invoice, kept as its appendix.",
    SAME_INVOICE: "The same invoice in another form; the other form is the one that is read.",
    ATTACHED_MAIL: "An attached mail; it was opened and what it holds is listed under it.",
    ARCHIVE: "An archive; it was opened and what it holds is listed under it.",
    OUTLOOK_CONTAINER: "An Outlook file (winmail.dat or .msg); it was opened and what it holds is listed under it.",
    SIGNED_CONTAINER: "A digitally signed wrapping; it was opened and what it holds is listed under it.",
    ENCODED_IN_TEXT: "A text with files encoded in it; they were taken out and are listed under it.",
    UNLOCKED: "It was opened with a password or key of the account; what it holds is listed under it.",
    PDF_PORTFOLIO: "A portfolio of files in a PDF; it was opened and what it holds is listed under it.",
    BODY_AS_DOCUMENT: "The text of the mail is the document; a PDF was made of it, listed under it.",
    PASSWORD_MISSING: "The password of this file is missing; type it, or ask the sender for a copy without one.",
    CERTIFICATE_MISSING: "The content is encrypted for a certificate whose key the account does not keep.",
    BODY_TEXT: "The text of the mail.",
    BODY_HTML: "The formatted text of the mail.",
    DECORATION: "A logo, icon or other picture that only decorates the mail.",
    SAID_DECORATION: "A person said of such a picture that it only decorates the mail.",
    SEEN_OFTEN: "This picture came with {count} other mails: it only decorates them.",
    TRACKING_PIXEL: "An invisible picture with which the sender sees that the mail was opened.",
    SIGNATURE: "A digital signature; it holds no document.",
    CALENDAR: "A calendar entry.",
    VCARD: "A business card.",
    EMPTY: "There is nothing in it.",
    SAME_BYTES: "Exactly the same file came earlier in this mail.",
    XML_NOT_INVOICE: "An XML file that is no electronic invoice.",
    OFFICE_FILE_ALONE: "An office file (Word, Excel, ...) is not read; ask for a PDF or an electronic invoice.",
    TEXT_FILE_ALONE: "A text or web page file is not read; ask for a PDF or an electronic invoice.",
    UNKNOWN_FILE: "A file of a kind that is not read.",
    DELIVERY_REPORT: "A mail system's report about a mail that was sent.",
    RETURNED_MAIL: "Part of a mail that came back because it could not be delivered.",
    SYSTEM_FILE: "A technical file of a computer or mail program.",
    EXECUTABLE: "A program or script; it is never opened.",
    EMPTY_FILE: "The file is empty (0 bytes); ask the sender to send it again.",
    NOT_WHAT_IT_CLAIMS: "The file is not what its name or type says; ask the sender for the real file.",
    BROKEN: "The container is damaged and could not be opened; ask the sender to send it again.",
    TOO_DEEP: "Too many mails or archives inside each other; it was not opened.",
    TOO_LARGE: "More bytes than are taken in; it was not opened.",
    TOO_MANY_PARTS: "The mail has too many parts; this one was not opened.",
    ARCHIVE_BOMB: "The archive would unpack to an unreasonable size; it was not opened.",
    ARCHIVE_UNKNOWN: "An archive of a kind that is not opened; ask the sender for the files themselves or a ZIP.",
    ENCRYPTED_MESSAGE: "The content is encrypted; ask the sender to send it without encryption.",
    PARTIAL_MESSAGE: "Only a piece of a mail that was split; ask the sender to send it in one.",
    EXTERNAL_BODY: "The content is not in the mail but somewhere else; it is never fetched.",
    HEADER_CUT: "The mail's header was too large; only its beginning was read.",
    BOUNDARY_MISSING: "The mail is built wrongly; its parts were found as well as possible.",
    TRANSFER_ENCODING: "A part was encoded wrongly; it was decoded as well as possible.",
    LEFT_INSIDE: "A PDF carries more files than are taken out of it; they stay in it.",
    BOUNCE: "A mail that came back because it could not be delivered.",
    AUTO_REPLY: "An automatic answer.",
    OUT_OF_OFFICE: "An automatic answer: somebody is out of office.",
    MAILING_LIST: "A mail to a list of many readers.",
    SPAM_MARKED: "The mail server in front marked this mail as spam.",
}
"""Code -> what it means, in a sentence that a bookkeeper understands."""
