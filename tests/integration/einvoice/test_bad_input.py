"""Every kind of bad e-invoice: refused or bounded by 2 s and 200 MB, with a reason, and never a network request.

Each is read, checked and written in a process of its own, as in the boxed child, with an audit hook on every socket.
"""

from __future__ import annotations

import base64
import io
import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pypdfium2
import pytest
from invoices_einvoice import make_invoice

from mailroom.einvoice import write_cii, write_ubl

INVOICE = make_invoice(Random(3))
UBL = write_ubl(INVOICE)
SECONDS, MEGABYTES = 2, 200
WORK = """
import sys
from pathlib import Path

def refuse(event, _arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "subprocess.", "os.system")):
        raise SystemExit(f"tried {event}")

import pypdfium2, json, resource
from mailroom.einvoice import check, embedded_invoice, header_fields, read_invoice, to_ubl
from mailroom.einvoice.peppol import peppol_form
from mailroom.errors import Unreadable
sys.addaudithook(refuse)
content = Path(sys.argv[1]).read_bytes()
before = resource.getrusage(resource.RUSAGE_SELF)
answer = {"reason": "", "rules": []}
try:
    if content.startswith(b"%PDF"):
        content = embedded_invoice(content) or b""
    invoice = read_invoice(content)
    del content
    answer["rules"] = sorted({finding.rule for finding in check(invoice)})
    answer["number"] = invoice.number
    header_fields(invoice)
    answer["written"] = len(to_ubl(invoice))
except Unreadable as error:
    answer["reason"] = error.reason
after = resource.getrusage(resource.RUSAGE_SELF)
answer["seconds"] = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(json.dumps({**answer, "megabytes": int(peak.split()[1]) / 1024}))
"""


def pdf(*files: tuple[str, bytes]) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 100)
    for name, content in files:
        document.new_attachment(name).set_data(content)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def with_attachment(content: bytes) -> bytes:
    """Return the invoice with a file of that content inside."""
    place = b"<cac:AccountingSupplierParty>"
    reference = (
        b'<cac:AdditionalDocumentReference><cbc:ID>big</cbc:ID><cac:Attachment><cbc:EmbeddedDocumentBinaryObject '
        b'mimeCode="application/pdf" filename="big.pdf">' + base64.b64encode(content) +
        b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )  # fmt: skip
    return UBL.replace(place, reference + place, 1)


def with_prologue(prologue: str) -> bytes:
    return UBL.replace(b"<Invoice ", prologue.encode() + b"<Invoice ", 1)


LAUGHS = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
ELSEWHERE = b'xsi:schemaLocation="urn:x http://127.0.0.1:9/x.xsd" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
DEEP = b"<cac:A>" * 10_000 + b"</cac:A>" * 10_000
REFUSED = {
    "a billion laughs": (with_prologue(f'<!DOCTYPE Invoice [<!ENTITY e0 "ha">{LAUGHS}]>'), "forbidden_xml"),
    "a file as an entity": (
        with_prologue('<!DOCTYPE Invoice [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "forbidden_xml",
    ),
    "a DTD from the network": (with_prologue('<!DOCTYPE Invoice SYSTEM "http://127.0.0.1:9/x.dtd">'), "forbidden_xml"),
    "50 MB of text": (UBL.replace(b"</cbc:ID>", b"x" * 50_000_000 + b"</cbc:ID>", 1), "forbidden_xml"),
    "39 MB of text": (UBL.replace(b"</cbc:ID>", b"x" * 39_000_000 + b"</cbc:ID>", 1), ""),
    "depth 10,000": (UBL.replace(b"</Invoice>", DEEP + b"</Invoice>"), "forbidden_xml"),
    "UTF-7": (UBL.decode().replace("UTF-8", "UTF-7").encode("utf-7"), "forbidden_xml"),
    "no invoice": (b"<html><body>Invoice 7</body></html>", "unknown_xml"),
    "an order": (b'<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "unknown_xml"),
    "half a file": (UBL[: len(UBL) // 2], "damaged"),
    "a million elements": (
        UBL.replace(b"</Invoice>", b"<cbc:A>1</cbc:A>" * 1_000_000 + b"</Invoice>"), "forbidden_xml",
    ),
    "a PDF whose invoice has a DTD": (pdf(("factur-x.xml", with_prologue("<!DOCTYPE Invoice>"))), "forbidden_xml"),
}  # fmt: skip
BOUNDED = {
    "an attachment of 20 MB": with_attachment(bytes(20 << 20)),
    "a schema from the network": UBL.replace(b"<Invoice ", b"<Invoice " + ELSEWHERE + b" ", 1),
    "a link to follow": UBL.replace(b"<cac:AccountingSupplierParty>", b"<cac:AdditionalDocumentReference><cbc:ID>1"
        b"</cbc:ID><cac:Attachment><cac:ExternalReference><cbc:URI>http://127.0.0.1:9/x.pdf</cbc:URI>"
        b"</cac:ExternalReference></cac:Attachment></cac:AdditionalDocumentReference><cac:AccountingSupplierParty>", 1),
    "a PDF with 100 attachments": pdf(
        *((f"{n}.xml", b"<a/>") for n in range(99)), ("factur-x.xml", write_cii(INVOICE))
    ),
    "a PDF with 100 invoices": pdf(*((f"{n}.xml", UBL) for n in range(100))),
}  # fmt: skip


def read(folder: Path, content: bytes) -> dict[str, object]:
    file = folder / "invoice"
    file.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", WORK, str(file)], capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    answer: dict[str, object] = json.loads(done.stdout)
    assert float(str(answer["seconds"])) < SECONDS, answer
    assert float(str(answer["megabytes"])) < MEGABYTES, answer
    return answer


@pytest.mark.parametrize("name", REFUSED)
def test_a_bad_invoice_is_refused_with_its_reason_within_its_bounds(name: str, tmp_path: Path) -> None:
    content, reason = REFUSED[name]
    assert read(tmp_path, content)["reason"] == reason


@pytest.mark.parametrize("name", BOUNDED)
def test_a_large_or_tempting_invoice_is_read_within_its_bounds(name: str, tmp_path: Path) -> None:
    answer = read(tmp_path, BOUNDED[name])
    assert (answer["reason"], answer["number"]) == ("", INVOICE.number)
    assert answer["written"]


def test_an_invoice_with_two_totals_is_named_so_within_its_bounds(tmp_path: Path) -> None:
    two = UBL.replace(b"</cbc:PayableAmount>", b'</cbc:PayableAmount><cbc:PayableAmount currencyID="EUR">1.00'
                      b"</cbc:PayableAmount>", 1)  # fmt: skip
    assert "M-TWO-TOTALS" in str(read(tmp_path, two)["rules"])
