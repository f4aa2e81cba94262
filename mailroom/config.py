"""The configuration: read once, frozen, each slice handed to the room that needs it.

An unknown key or a value of the wrong kind is an error that names file and line. Every key is documented beside its
field; `config/mailroom.toml` shows all of them with their defaults, and a test keeps the two the same. Secrets are
never values here: they are paths to files (systemd credentials).
"""

from __future__ import annotations

import json
import os
import re
import textwrap
import tomllib
from collections import Counter
from datetime import date
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator

from mailroom.errors import BadConfiguration


class _Slice(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _empty_means_none(cls, value: object, info: ValidationInfo) -> object:
        # TOML has no null; `relay_password_file = ""` says what it says in the reference.
        optional = info.field_name is not None and cls.model_fields[info.field_name].default is None
        return None if optional and value == "" else value


class StoreSettings(_Slice):
    """`[store]`: rows and bytes."""

    database: str = Field(
        "",
        description="SQLAlchemy URL; empty: SQLite in the data folder. "
        "PostgreSQL: postgresql+psycopg://user@host/name (password in ~/.pgpass or database_password_file)",
    )
    database_password_file: Path | None = Field(None, description="File that holds the database password")
    blobs: str = Field(
        "",
        description="Folder of the original bytes, or s3://BUCKET/PREFIX (needs the extra s3); empty: blobs in the "
        "data folder",
    )
    s3_endpoint: str = Field(
        "",
        pattern=r"^(https?://.+)?$",
        description="URL of an S3-compatible server; empty: Amazon's, or AWS_ENDPOINT_URL. http:// is for a network "
        "that nobody else reads: requests are signed, but not encrypted",
    )
    s3_region: str = Field("", description="Region of the bucket; empty: AWS_REGION, or us-east-1")
    s3_access_key_id: str = Field(
        "", description="Name of the access key; empty: AWS_ACCESS_KEY_ID, or the machine's role"
    )
    s3_secret_key_file: Path | None = Field(
        None, description="File that holds the secret of the access key; empty: AWS_SECRET_ACCESS_KEY"
    )
    secret_key_file: Path | None = Field(
        None,
        description="File with the key that seals the passwords of the accounts, the same on every machine; empty: "
        "secret.key in the data folder, made on first use. No backup holds it: keep a copy elsewhere",
    )


class SmtpSettings(_Slice):
    """`[smtp]`: the door for mail."""

    listen: str = Field("127.0.0.1:2525", description="HOST:PORT; port 0 takes a free one and prints it")
    hostname: str = Field("localhost", pattern=r"^[!-~]+$", description="Name in the greeting")
    import_domain: str = Field(
        "import.localhost",
        pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$",
        description="Domain of new import addresses",
    )
    max_message_bytes: int = Field(
        36_700_160, gt=0, description="Largest message (SIZE, RFC 1870); larger ones get 552"
    )
    max_recipients: int = Field(100, gt=0, description="Recipients of one message; more get 452")
    max_connections: int = Field(200, gt=0, description="Connections at a time; more get 421")
    timeout_seconds: float = Field(
        300, gt=0, description="Longest silence of a client; RFC 5321 section 4.5.3.2 asks for five minutes"
    )
    mail_seconds: float = Field(
        3600,
        ge=0,
        description="Longest time from the greeting, or from the mail before, to the end of a mail, however lively the "
        "client is; then 421. 0: no limit",
    )
    max_connections_per_peer: int = Field(
        20, gt=0, description="Connections of one address (of IPv6, one /64 network) at a time; more get 421"
    )
    max_line_bytes: int = Field(
        65_536, ge=1_000, description="Longest line of a message with its end; RFC 5321 asks for 1000, many send longer"
    )
    min_bytes_per_second: int = Field(
        100, ge=0, description="Slowest pace of a message after its first 30 seconds; 0: no limit"
    )
    max_errors: int = Field(20, gt=0, description="Refused commands of one connection, then 421")
    max_idle_commands: int = Field(100, gt=0, description="Commands like NOOP and RSET between two mails, then 421")
    max_unknown_recipients: int = Field(
        10,
        gt=0,
        description="Unknown addresses that a peer may ask for within shut_out_seconds, over all its connections; then "
        "it is slowed, and soon shut out",
    )
    shut_out_seconds: float = Field(600, ge=0, description="How long a peer that probes for addresses is shut out")
    trusted_peers: tuple[str, ...] = Field(
        ("127.0.0.1", "::1"),
        description="Addresses and networks of own front servers: never slowed or shut out, many connections allowed",
    )
    tls_certificate: Path | None = Field(
        None, description="PEM file with the certificate chain for STARTTLS, read again when it changes; empty: no TLS"
    )
    tls_key: Path | None = Field(None, description="PEM file with the private key; empty: it is in tls_certificate")
    reuse_port: bool = Field(
        False,
        description="Several processes with the role smtp alone may run on this data folder and share the port "
        "(SO_REUSEPORT); LMTP's too, unless it is a Unix socket",
    )
    proxy_from: tuple[str, ...] = Field(
        (), description="Addresses and networks of load balancers that begin each connection with a PROXY header"
    )
    messages_per_day: int = Field(
        0,
        ge=0,
        description="Messages that an account takes in a day of its time zone, by all doors together, give or take a "
        "few that come at once; more get 452. An account may have its own limit. 0: no limit",
    )
    suspended: Literal["defer", "reject"] = Field(
        "defer", description="Mail for a suspended account: defer (450, the sender tries for days) or reject (550)"
    )


class LmtpSettings(_Slice):
    """`[lmtp]`: the door behind the company's own mail server. Limits of messages and times are those of `[smtp]`."""

    listen: str = Field("", description="HOST:PORT or unix:/path/of/socket; empty: this door stays shut")
    socket_mode: str = Field("0660", pattern="^0?[0-7]{3}$", description="Permissions of the Unix socket, in octal")


class TrustSettings(_Slice):
    """`[trust]`: is the sender of a mail proved? It decides over automatic acceptance, never over taking a mail."""

    check: Literal["auto", "off"] = Field(
        "auto", description="auto: DKIM, SPF and DMARC; off: no mail proves its sender, and nothing is asked of the DNS"
    )
    authserv_id: str = Field(
        "",
        description="The name with which an own front server begins its Authentication-Results (RFC 8601), exactly; "
        "it must take away such headers that strangers wrote. Empty: no such header counts",
    )
    trusted_peers: tuple[str, ...] = Field(
        (),
        description="Addresses and networks of front servers whose Authentication-Results count; `unix` is the Unix "
        "socket of LMTP",
    )
    arc_sealers: tuple[str, ...] = Field(
        (),
        description="Domains of forwarders (d= of their ARC-Seal, each with all below it) that are believed when they "
        "say that a sender was proved before they changed the mail, such as microsoft.com or google.com; empty: none",
    )
    resolver: tuple[str, ...] = Field(
        (), description="Name servers, HOST or HOST:PORT by address; empty: those of the system"
    )
    timeout_seconds: float = Field(
        5, gt=0, le=60, description="Longest time that the checks of one mail wait for the DNS in all"
    )

    @field_validator("trusted_peers")
    @classmethod
    def _networks(cls, peers: tuple[str, ...]) -> tuple[str, ...]:
        for peer in peers:
            if peer != "unix":
                ip_network(peer, strict=False)
        return peers

    @field_validator("resolver")
    @classmethod
    def _name_servers(cls, servers: tuple[str, ...]) -> tuple[str, ...]:
        for server in servers:
            found = re.fullmatch(r"\[([^\]]+)\](?::\d{1,5})?|([^:]+)(?::\d{1,5})?|(.+)", server)
            ip_address(next(filter(None, found.groups()), "") if found else "")
        return servers


class FolderSettings(_Slice):
    """`[[folders]]`: a watched folder, into which a scanner or a program writes files. One table for each."""

    path: Path = Field(
        ...,
        examples=["/srv/scans"],
        description="The folder. What was taken moves to done in it, what could not be taken to failed, each with a "
        "note",
    )
    account: str = Field(
        "",
        description="Whose documents they are: name, id or VAT id of an account; empty: each subfolder is named after "
        "one",
    )
    purpose: Literal["", "purchases", "sales", "other"] = Field(
        "", description="To which of the account's addresses they go; empty: one for purchases, else the first in use"
    )
    still_seconds: float = Field(
        5, ge=0.1, description="A file is taken when its size and time have not changed for so long"
    )


_ENDPOINT = r"^(|https://.+|http://(127\.0\.0\.1|localhost|\[::1\])[:/].*)$"


class OAuthSettings(_Slice):
    """`oauth2` of a mailbox: how access tokens are had. Nothing of it is secret but the files that it names."""

    provider: Literal["", "microsoft", "google"] = Field(
        "", description="microsoft or google: then the addresses and the scope below are known; empty: name them"
    )
    tenant: str = Field(
        "common", pattern=r"^[A-Za-z0-9.-]+$", description="Of microsoft: the organisation's tenant, its id or domain"
    )
    client_id: str = Field(..., description="Id of the application that was registered with Microsoft or Google")
    client_secret_file: Path | None = Field(None, description="File with the application's secret, where it has one")
    token_url: str = Field("", pattern=_ENDPOINT, description="Where tokens are had and renewed")
    device_url: str = Field("", pattern=_ENDPOINT, description="Where a sign-in on another device begins (RFC 8628)")
    authorize_url: str = Field("", pattern=_ENDPOINT, description="The page on which a person signs in in a browser")
    refresh_token_file: Path | None = Field(
        None,
        description="File with a refresh token that was had elsewhere; not needed after `mailroom account mailbox "
        "sign-in`, which keeps its own in the data folder, as one that the server renews is",
    )
    scope: str = Field("", description="Scope to ask for; empty: the provider's for IMAP, or that of the refresh token")
    mechanism: Literal["xoauth2", "oauthbearer"] = Field("xoauth2", description="xoauth2 or oauthbearer")

    @model_validator(mode="after")
    def _whole(self) -> OAuthSettings:
        if not self.provider and not self.token_url:
            raise ValueError("name provider or token_url")
        return self


class ImapSettings(_Slice):
    """`[[imap]]`: a mailbox that people already have, out of which mail is collected. One table for each."""

    host: str = Field(..., examples=["imap.example.com"], description="Name of the server")
    port: int = Field(993, ge=1, le=65_535, description="Its port: 993 with tls, 143 with starttls")
    security: Literal["tls", "starttls", "none"] = Field(
        "tls", description="tls, starttls, or none: only on a loopback address"
    )
    ca_file: Path | None = Field(
        None, description="PEM file with the authority of the server's certificate, if private"
    )
    user: str = Field(..., examples=["invoices@example.com"], description="User to log in as")
    password_file: Path | None = Field(
        None, examples=["/etc/mailroom/imap-password"], description="File that holds the password"
    )
    oauth2: OAuthSettings | None = Field(
        None, description="In the place of a password: { provider, client_id, ... }, namely"
    )
    folder: str = Field("INBOX", description="Folder to look into")
    account: str = Field(
        "",
        examples=["Bakkerij De Korenbloem"],
        description="Whose documents they are, where no header names an import address: name, id or VAT id",
    )
    purpose: Literal["", "purchases", "sales", "other"] = Field(
        "", description="To which of that account's addresses they go; empty: one for purchases, else the first in use"
    )
    address_header: tuple[str, ...] = Field(
        (),
        description="Headers that name the import address, such as Delivered-To, X-Original-To or Envelope-To; of "
        "box+NAME@example.com also NAME at smtp.import_domain is looked for. Mail of nobody goes to the unassigned box",
    )
    after: str = Field(
        "flag",
        pattern=r"^(flag|move:.+)$",
        description="What is done with mail that was taken: flag sets the keyword $MailroomTaken; move:FOLDER moves it",
    )
    since: date | None = Field(
        None, description="Only mail that arrived on this day or later; empty: all that is there"
    )
    poll_seconds: float = Field(60, ge=1, description="How often to look where the server does not tell (no IDLE)")
    timeout_seconds: float = Field(60, ge=1, description="Longest silence of the server")

    @model_validator(mode="after")
    def _whole(self) -> ImapSettings:
        if (self.password_file is None) == (self.oauth2 is None):
            raise ValueError("name either password_file or oauth2")
        if not self.account and not self.address_header:
            raise ValueError("name account or address_header, or both")
        if self.security == "none" and self.host not in {"127.0.0.1", "::1", "localhost"}:
            raise ValueError("security = none is for a loopback address only")
        return self


class WebSettings(_Slice):
    """`[web]`: the pages and the API."""

    listen: str = Field("127.0.0.1:8080", description="HOST:PORT; port 0 takes a free one and prints it")
    public_url: str = Field("", description="Address under which people reach the pages; empty: http://HOST:PORT")
    max_upload_bytes: int = Field(36_700_160, gt=0, description="Largest upload in bytes")
    session_days: int = Field(30, gt=0, description="Days that a log-in lasts")


class MailSettings(_Slice):
    """`[mail]`: how mail leaves."""

    relay: str = Field(
        "", description="HOST:PORT of the relay; empty: .eml files in the folder outgoing of the data folder"
    )
    relay_security: Literal["none", "starttls", "tls"] = Field("starttls", description="none, starttls or tls")
    relay_user: str = Field("", description="User at the relay; empty: no log-in")
    relay_password_file: Path | None = Field(None, description="File that holds the relay's password")
    sender: str = Field("mailroom@localhost", description="Address in From of the mails that mailroom sends")
    sender_name: str = Field("Mailroom", description="Name in From")


class ScannerSettings(_Slice):
    """`[scanner]`: the virus scanner that looks at every mail before it is taken apart."""

    address: str = Field(
        "",
        pattern=r"^$|^unix:/.+$|^.+:\d{1,5}$",
        description="Where ClamAV's clamd listens: HOST:PORT or unix:/path/of/socket; empty: no scan",
    )
    timeout_seconds: float = Field(60, gt=0, description="Longest silence of the scanner")


class ReadingSettings(_Slice):
    """`[reading]`: how documents are read."""

    ocr: Literal["auto", "tesserocr", "pytesseract"] = Field(
        "auto", description="auto takes tesserocr where it is installed, else pytesseract"
    )
    render: Literal["auto", "pypdfium2", "pdf2image"] = Field(
        "auto", description="auto takes pypdfium2, and pdf2image for a page that it cannot render"
    )
    languages: str = Field("nld+fra+deu+eng+ron", description="Languages of tesseract, joined by +")
    dpi: int = Field(200, ge=100, le=400, description="Resolution of page pictures for OCR")
    preview_dpi: int = Field(80, ge=40, le=150, description="Resolution of the pictures that people see")
    max_pages: int = Field(100, gt=0, description="Pages of a document that are read")
    max_megapixels: int = Field(80, gt=0, description="Pixels of one picture, in millions")
    second_opinion: Literal["auto", "off"] = Field(
        "auto", description="auto reads a photo again with rapidocr, where that is installed and a key field is missing"
    )
    compare_picture: Literal["auto", "always", "off"] = Field(
        "auto",
        description="Whether account, amounts and reference of a text layer are compared with the picture of the page, "
        "a sign of fraud: auto asks OCR where a quick look doubts a digit, always asks it for every document",
    )


class LearningSettings(_Slice):
    """`[learning]`: what corrections teach. What one account learns, no other ever sees, unless this allows it."""

    share_layouts: bool = Field(
        default=False,
        description="Let accounts profit from where others found a seller's fields: places and labels, never values",
    )


class BoxSettings(_Slice):
    """`[box]`: the limits of the child process that touches foreign bytes."""

    wall_seconds: float = Field(120, gt=0, description="Longest time of one call")
    cpu_seconds: int = Field(120, gt=0, description="Most CPU seconds of one call")
    memory_megabytes: int = Field(2048, ge=256, description="Largest address space growth of one call")
    idle_seconds: float = Field(60, gt=0, description="The warm server ends after this time without work")


class EngineSettings(_Slice):
    """`[engine]`: how much is done at a time."""

    node: str = Field(
        "",
        pattern=r"^[^/\s]*$",
        description="Name of this node among all that share a PostgreSQL database; empty: the machine's name and the "
        "data folder. It must be the same at the next start, and no other's",
    )
    workers: int = Field(0, ge=0, description="Messages and documents at a time; 0: one for each core")
    max_attempts: int = Field(3, gt=0, description="Times that an item may end its process before it needs attention")
    keep_days: int = Field(14, gt=0, description="Days that finished workflows are kept")


class ArchiveSettings(_Slice):
    """`[archive]`: what happens after acceptance."""

    undo_minutes: float = Field(15, ge=0, description="Minutes in which an acceptance can be taken back")
    vault: str = Field("", description="Folder tree for the accountant; empty: vault in the data folder")


class LogSettings(_Slice):
    """`[log]`: what is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="debug, info, warning or error")
    format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto: colours on a terminal, JSON elsewhere; console; json"
    )


class Settings(_Slice):
    """All of it."""

    data: Path = Field(Path("data"), description="Data folder; --data and MAILROOM_DATA come before it")
    store: StoreSettings = StoreSettings()
    smtp: SmtpSettings = SmtpSettings()
    lmtp: LmtpSettings = LmtpSettings()
    trust: TrustSettings = TrustSettings()
    imap: tuple[ImapSettings, ...] = ()
    folders: tuple[FolderSettings, ...] = ()
    web: WebSettings = WebSettings()
    mail: MailSettings = MailSettings()
    scanner: ScannerSettings = ScannerSettings()
    reading: ReadingSettings = ReadingSettings()
    learning: LearningSettings = LearningSettings()
    box: BoxSettings = BoxSettings()
    engine: EngineSettings = EngineSettings()
    archive: ArchiveSettings = ArchiveSettings()
    log: LogSettings = LogSettings()


def load(file: Path | None = None, *, data: Path | None = None) -> Settings:
    """Read the configuration. Without `file`, `MAILROOM_CONFIG` or the defaults.

    Raises:
        BadConfiguration: the file is missing, no TOML, or has an unknown key or a wrong value.
    """
    named = file or (Path(os.environ["MAILROOM_CONFIG"]) if os.environ.get("MAILROOM_CONFIG") else None)
    settings = _read(named) if named else Settings()
    folder = data or (Path(os.environ["MAILROOM_DATA"]) if os.environ.get("MAILROOM_DATA") else settings.data)
    return settings.model_copy(update={"data": folder.expanduser().absolute()})


def _read(file: Path) -> Settings:
    try:
        source = file.read_text("utf-8")
        return Settings.model_validate(tomllib.loads(source))
    except OSError as error:
        raise BadConfiguration(
            f"{file}: cannot be read ({error.strerror}); check the path and its permissions"
        ) from error
    except UnicodeDecodeError as error:
        raise BadConfiguration(f"{file}: is not UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"{file}: is not TOML: {error}") from error
    except ValidationError as error:
        raise BadConfiguration("\n".join(_explain(file, source, problem) for problem in error.errors())) from error


def _explain(file: Path, source: str, problem: Any) -> str:
    place = [str(step) for step in problem["loc"]]
    line = _line_of(source, place)
    key = ".".join(place)
    if problem["type"] == "extra_forbidden":
        return f"{file}:{line}: unknown key {key}; config/mailroom.toml lists every key"
    return f"{file}:{line}: {key}: {problem['msg']}"


def _line_of(source: str, place: list[str]) -> int:
    """Return the number of the line that sets the key, or else of the nearest key or table around it, or 1."""
    table: list[str] = []
    best, found = 0, 1
    counted: Counter[str] = Counter()
    for number, line in enumerate(source.splitlines(), 1):
        header = re.match(r"\s*(\[+)\s*([^\]]+?)\s*\]", line)
        key = re.match(r"""\s*([\w."'-]+)\s*=""", line)
        if header:
            named = table = _names(header[2])
            if header[1] == "[[":  # a table of a list is known by its number
                named = table = [*table, str(counted[header[2]])]
                counted[header[2]] += 1
        elif key:
            named = [*table, *_names(key[1])]
        else:
            continue
        if named == place[: len(named)] and len(named) > best:
            best, found = len(named), number
    return found


def _names(dotted: str) -> list[str]:
    return [name.strip(" \"'") for name in dotted.split(".")]


def reference() -> str:
    """Return `config/mailroom.toml`: every key with its default and what it means, grouped by slice."""
    sliced = {key for key, field in Settings.model_fields.items() if _slice_of(field.annotation)}
    listed = {key for key, field in Settings.model_fields.items() if _listed_slice_of(field.annotation)}
    top = [key for key in Settings.model_fields if key not in sliced | listed]
    blocks = [REFERENCE_HEAD, *(_documented(Settings, key) for key in top)]
    for table, field in Settings.model_fields.items():
        if settings := _slice_of(field.annotation):
            about = (settings.__doc__ or "").partition(": ")[2]
            blocks.append(f"# {about[:1].upper()}{about[1:]}\n[{table}]")
            blocks += [_documented(settings, key) for key in settings.model_fields]
        elif settings := _listed_slice_of(field.annotation):
            blocks.append(_example(table, settings))
    return "\n\n".join(blocks) + "\n"


REFERENCE_HEAD = """\
# Mailroom's configuration: every key, what it means, and its default.
#
# A line that begins with `#` and a key shows the default; take the `#` away to set another value. Without a file all
# defaults hold, and mailroom runs in one process on SQLite and a folder. Passwords are never written here: their keys
# name files (systemd: LoadCredential). An unknown key is an error, told with its line."""


def _slice_of(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _listed_slice_of(annotation: Any) -> type[BaseModel] | None:
    """Return the slice of which there may be several: `[[table]]`."""
    return _slice_of(next(iter(get_args(annotation)), None)) if get_origin(annotation) is tuple else None


def _example(table: str, settings: type[BaseModel]) -> str:
    """Return one table of a list as an example, which stays a comment when others are taken out of theirs."""
    about = (settings.__doc__ or "").partition(": ")[2]
    lines = [about[:1].upper() + about[1:], f"[[{table}]]"]
    for key, field in settings.model_fields.items():
        words = textwrap.wrap(field.description or "", 114, break_long_words=False, break_on_hyphens=False)
        value = field.examples[0] if field.examples else field.default
        if inner := next(filter(None, map(_slice_of, get_args(field.annotation))), None):
            for name, part in inner.model_fields.items():
                words += textwrap.wrap(f"- {name}: {part.description}", 114, subsequent_indent="  ")
        lines += [*(f"  # {line}" for line in words), f"  {key} = {_toml(value)}"]
    return "\n".join(f"# {line}" for line in lines)


def _documented(settings: type[BaseModel], key: str) -> str:
    field = settings.model_fields[key]
    words = textwrap.wrap(field.description or "", 117, break_long_words=False, break_on_hyphens=False)
    return "\n".join([*(f"# {line}" for line in words), f"#{key} = {_toml(field.default)}"])


def _toml(value: object) -> str:
    """Return a default as TOML writes it; None as the empty string, which means the same."""
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps("" if value is None else str(value), ensure_ascii=False)
