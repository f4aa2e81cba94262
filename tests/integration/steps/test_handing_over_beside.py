"""What goes along with an invoice is handed over with it; what is only a copy of it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from house_for_steps import TestHouse, mail, pdf

from mailroom.domain.document import Bond, DocumentState
from mailroom.steps.archive import convert, plan_deliveries
from mailroom.steps.deliver import deliver
from mailroom.steps.desk import Desk


@pytest.mark.parametrize(("bond", "handed_over"), [(Bond.APPENDIX, True), (Bond.RENDITION, False)])
def test_an_appendix_goes_with_its_invoice(home: TestHouse, bond: Bond, *, handed_over: bool) -> None:
    invoice = home.decided(mail(("invoice.pdf", pdf("invoice")), subject="one"))
    [beside] = home.documents_of(mail(("hours.pdf", pdf("hours")), subject="two"))
    with home.store.unit() as unit:
        aside = {"belongs_to": invoice.id, "bond": bond, "state": DocumentState.SET_ASIDE}
        unit.documents.save(unit.documents.get(beside).model_copy(update=aside))
    Desk(home.house).accept(home.owner, invoice.id, invoice.version)
    assert convert(home.house, invoice.id)
    [vault] = plan_deliveries(home.house, invoice.id)
    deliver(home.house, vault)
    contents = [file.read_bytes() for file in Path(home.folder / "vault").rglob("*.pdf")]
    assert (pdf("hours") in contents) is handed_over
    assert pdf("invoice") in contents
