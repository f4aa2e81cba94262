"""What RCPT costs with few and with 10,000 accounts: the look-up must not depend on how many there are.

`python benchmarks/recipients.py [--accounts 10000]`: a store on SQLite, each account with two import addresses, one of
ten retired. The same look-up that the doors ask, for addresses at random, known and unknown, without what the doors
remember for two seconds. CPU microseconds, the best of three rounds.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from _daemon import ROOT, against, table

LOOK_UPS = 500
ROUNDS = 3
AIM = 1.5


def main() -> None:
    """Measure and print."""
    import sys

    sys.path.insert(0, str(ROOT))
    from mailroom.app.admitting import find_recipient
    from mailroom.clock import utc_now
    from mailroom.config import StoreSettings
    from mailroom.domain.account import Account, Purpose
    from mailroom.domain.value import new_id
    from mailroom.store import open_store

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=10_000, help="accounts (default: %(default)s)")
    accounts = parser.parse_args().accounts
    chance = random.Random(1)
    spent: dict[int, tuple[float, float]] = {}
    with tempfile.TemporaryDirectory(prefix="mailroom-bench-") as folder:
        store = open_store(StoreSettings(), Path(folder))
        store.migrate()
        find = find_recipient(store, messages_per_day=1_000)
        made: list[str] = []
        for wanted in (100, accounts):
            with store.unit() as unit:
                for number in range(len(made) // 2, wanted):
                    account = Account(id=new_id(), name=f"Company {number}", created_at=utc_now())
                    unit.accounts.add(account)
                    for purpose in (Purpose.PURCHASES, Purpose.SALES):
                        address = unit.addresses.issue(account.id, "import.example", purpose, utc_now())
                        made.append(address.address)
                        if len(made) % 10 == 0:
                            unit.addresses.retire(address.id, utc_now())
            known = [chance.choice(made).partition("@")[0] for _ in range(LOOK_UPS)]
            unknown = [f"nobody-{number}" for number in range(LOOK_UPS)]
            spent[wanted] = (_microseconds(find, known), _microseconds(find, unknown))
        store.close()
    rows = [[f"{count:,} accounts", f"{hit:.0f}", f"{miss:.0f}", ""] for count, (hit, miss) in spent.items()]
    few, many = spent[100], spent[accounts]
    ratios = [after / before for before, after in zip(few, many, strict=True)]
    rows.append(["ratio", f"{ratios[0]:.2f}", f"{ratios[1]:.2f}", against(max(ratios), AIM)])
    table("Look-up of a recipient, CPU microseconds", ["", "known", "unknown", "aim"], rows)


def _microseconds(find: object, locals_: list[str]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for local_part in locals_:
            find(local_part, "import.example")  # type: ignore[operator]
        best = min(best, time.process_time() - began)
    return best / len(locals_) * 1e6


if __name__ == "__main__":
    main()
