"""Which is the invoice: a sample of the labelled mails, one of each story and language; the benchmark runs them all."""

from __future__ import annotations

from choices_judged import judge, open_up
from house_for_steps import TestHouse
from mails_choices import mails


def test_of_every_kind_of_mail_the_right_file_is_the_invoice(home: TestHouse) -> None:
    photos = {"a photographed receipt", "with a photo of goods"}  # OCR: the benchmark has those in every language
    sample = [mail for mail in mails(each=1) if mail.story not in photos or mail.language == "fr"]
    found = judge(open_up(home), sample)
    assert (found.decoration_taken, found.documents_dropped) == (0, 0), found.told
    assert found.share >= 0.98, found.told
