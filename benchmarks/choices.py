"""Which is the invoice: right main, appendix, rendition and further invoice over labelled mails in five languages.

    .venv/bin/python benchmarks/choices.py [--seed 4] [--story NAME]

The mails are made by code out of the seed; every step really runs, in this process. Aim: 98 % right, no decoration
taken for a document, no document for decoration.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

from _daemon import ROOT, table

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

import structlog
from choices_judged import judge, open_up
from house_for_steps import TestHouse
from mails_choices import STORIES, mails

from mailroom.config import StoreSettings
from mailroom.store import open_store


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seed", type=int, default=4)
    asked.add_argument("--story", help="only this kind of mail")
    wanted = asked.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    began = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(StoreSettings(), Path(folder))
        store.migrate()
        home = open_up(TestHouse(store, Path(folder)))
        found = judge(home, (mail for mail in mails(wanted.seed) if wanted.story in (None, mail.story)))
        store.close()
    rows = [[story, str(found.right[story]), str(found.wrong[story])] for story in STORIES]
    table("Which is the invoice", ["mails with", "right", "wrong"], [row for row in rows if row[1:] != ["0", "0"]])
    for line in found.told:
        print(f"  wrong: {line}")
    print(f"{found.mails} mails, {found.share:.1%} of the choices right (aim: 98 %)")
    print(f"decoration taken for a document: {found.decoration_taken}")
    print(f"documents taken for decoration: {found.documents_dropped}")
    print(f"{(time.process_time() - began) / max(found.mails, 1):.2f} CPU s a mail")


if __name__ == "__main__":
    main()
