from __future__ import annotations

import pytest
from store_values import NOON, account, later, sha, user, with_account

from mailroom.domain.account import Membership, Purpose, Role
from mailroom.domain.value import new_id
from mailroom.errors import AlreadyExists, LastOwner, NotFound
from mailroom.store import Store


def test_an_account_comes_back_as_it_was(store: Store) -> None:
    stored = with_account(store)
    with store.read() as unit:
        assert unit.accounts.get(stored.id) == stored


@pytest.mark.parametrize("wanted", ["bakkerij zoe B.V.", "BAKKERIJ ZOË BV", "be 0123.456.749", "BE0123456749"])
def test_an_account_is_found_however_it_is_written(store: Store, wanted: str) -> None:
    stored = with_account(store)
    with_account(store, name="Another", vat_id="")
    with store.read() as unit:
        assert unit.accounts.find(wanted) == stored
        assert unit.accounts.find(stored.id) == stored


@pytest.mark.parametrize("wanted", ["", "nobody", "\x00", "%"])
def test_an_account_that_is_not_there_is_not_found(store: Store, wanted: str) -> None:
    with_account(store, vat_id="")
    with store.read() as unit, pytest.raises(NotFound):
        unit.accounts.find(wanted)


def test_a_name_that_fits_two_accounts_picks_neither(store: Store) -> None:
    with_account(store, vat_id="BE1")
    with_account(store, vat_id="BE2")
    with store.read() as unit, pytest.raises(NotFound, match="several"):
        unit.accounts.find("Bakkerij Zoë bv")


def test_an_account_is_added_once_and_updated_in_place(store: Store) -> None:
    stored = with_account(store)
    with store.unit() as unit:
        with pytest.raises(AlreadyExists):
            unit.accounts.add(stored)
        unit.accounts.update(stored.model_copy(update={"name": "Zoë NV", "suspended": True}))
    with store.read() as unit:
        assert unit.accounts.find("zoe nv").suspended
        assert len(unit.accounts.all()) == 1


def test_updating_what_is_not_there_is_not_found(store: Store) -> None:
    with store.unit() as unit, pytest.raises(NotFound):
        unit.accounts.update(account())


def test_accounts_are_listed_by_name(store: Store) -> None:
    for name in ("zebra", "Ärzte", "Beta"):
        with_account(store, name=name)
    with store.read() as unit:
        assert [found.name for found in unit.accounts.all()] == ["Ärzte", "Beta", "zebra"]


def test_an_import_address_cannot_be_guessed_and_is_found_in_any_case(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        first = unit.addresses.issue(owner.id, "Import.Example", Purpose.PURCHASES, NOON)
        second = unit.addresses.issue(owner.id, "import.example", Purpose.SALES, later(1))
    slug, _, secret = first.local_part.rpartition("-")
    assert slug == "bakkerij-zoe-bv"
    assert len(secret) == 16
    assert set(secret) <= set("abcdefghijklmnopqrstuvwxyz234567")
    assert secret not in second.local_part
    with store.read() as unit:
        assert unit.addresses.find(first.local_part.upper(), "IMPORT.example") == first
        assert unit.addresses.find("nobody", "import.example") is None
        assert unit.addresses.of(owner.id) == [first, second]


@pytest.mark.parametrize("name", ["Пекарня", "", "---", "x" * 200, "a b" * 40])
def test_an_import_address_fits_into_an_envelope_whatever_the_name(store: Store, name: str) -> None:
    owner = with_account(store, name=name)
    with store.unit() as unit:
        address = unit.addresses.issue(owner.id, "import.example", Purpose.PURCHASES, NOON)
    assert len(address.local_part) <= 64
    assert address.local_part.isascii()
    assert not address.local_part.startswith("-")


def test_a_retired_address_is_still_known_and_says_what_replaced_it(store: Store) -> None:
    owner = with_account(store)
    with store.unit() as unit:
        old = unit.addresses.issue(owner.id, "import.example", Purpose.SALES, NOON)
    with store.unit() as unit:
        new = unit.addresses.replace(old.id, later(5))
        unit.addresses.retire(old.id, later(9))
    assert (new.account_id, new.domain, new.purpose) == (old.account_id, old.domain, old.purpose)
    with store.read() as unit:
        found = unit.addresses.find(old.local_part, old.domain)
        assert found is not None
        assert found.retired_at == later(5)
        assert found.replaced_by == new.id
        assert unit.addresses.get(new.id) == new


def test_an_address_of_no_account_is_not_given_out(store: Store) -> None:
    with store.unit() as unit, pytest.raises(NotFound):
        unit.addresses.issue(new_id(), "import.example", Purpose.PURCHASES, NOON)


def test_a_person_is_found_by_e_mail_in_any_case_and_only_once(store: Store) -> None:
    ann = user()
    with store.unit() as unit:
        unit.users.add(ann)
        with pytest.raises(AlreadyExists):
            unit.users.add(user(email="ann@example.ORG"))
    with store.read() as unit:
        assert unit.users.by_email(" ANN@example.org") == ann
        assert unit.users.by_email("bob@example.org") is None
        assert unit.users.get(ann.id) == ann


def test_an_e_mail_address_of_another_is_not_taken_over(store: Store) -> None:
    ann, bob = user(), user(email="bob@example.org")
    with store.unit() as unit:
        unit.users.add(ann)
        unit.users.add(bob)
        with pytest.raises(AlreadyExists):
            unit.users.update(bob.model_copy(update={"email": "ANN@example.org"}))
        unit.users.update(bob.model_copy(update={"name": "Bob"}))
        assert unit.users.get(bob.id).name == "Bob"
        assert unit.users.all() == [ann, bob.model_copy(update={"name": "Bob"})]


def test_a_password_is_known_only_as_its_hash_and_survives_an_update(store: Store) -> None:
    ann = user()
    with store.unit() as unit:
        unit.users.add(ann)
        assert unit.users.password_hash(ann.id) is None
        unit.users.set_password_hash(ann.id, "scrypt$...")
        unit.users.update(ann)
        assert unit.users.password_hash(ann.id) == "scrypt$..."
        assert unit.users.get(ann.id).has_password
        assert unit.users.password_hash(new_id()) is None


def test_a_person_has_one_role_in_an_account(store: Store) -> None:
    ann, one, two = user(), with_account(store, name="one"), with_account(store, name="Two")
    with store.unit() as unit:
        unit.users.add(ann)
        unit.users.join(Membership(user_id=ann.id, account_id=two.id, role=Role.MEMBER))
        unit.users.join(Membership(user_id=ann.id, account_id=one.id, role=Role.OWNER))
        unit.users.join(Membership(user_id=ann.id, account_id=two.id, role=Role.ACCOUNTANT))
    with store.read() as unit:
        assert unit.users.accounts_of(ann.id) == [(one, Role.OWNER), (two, Role.ACCOUNTANT)]
        assert unit.users.members(two.id) == [(ann, Role.ACCOUNTANT)]
        assert unit.users.role(ann.id, one.id) is Role.OWNER
        assert unit.users.role(new_id(), one.id) is None
    with store.unit() as unit:
        with pytest.raises(LastOwner):
            unit.users.take_out(ann.id, one.id)
        with pytest.raises(LastOwner):
            unit.users.join(Membership(user_id=ann.id, account_id=one.id, role=Role.MEMBER))
        unit.users.take_out(ann.id, two.id)
        assert unit.users.role(ann.id, two.id) is None
        with pytest.raises(NotFound):
            unit.users.take_out(ann.id, two.id)
        assert unit.users.role(ann.id, one.id) is Role.OWNER


def test_a_role_in_an_account_that_is_not_there_is_refused(store: Store) -> None:
    ann = user()
    with store.unit() as unit:
        unit.users.add(ann)
    with pytest.raises(NotFound), store.unit() as unit:
        unit.users.join(Membership(user_id=ann.id, account_id=new_id(), role=Role.OWNER))
    with store.read() as unit:
        assert unit.users.accounts_of(ann.id) == []


def test_a_session_lasts_until_it_expires_or_is_closed(store: Store) -> None:
    ann = user()
    with store.unit() as unit:
        unit.users.add(ann)
        token, other = unit.sessions.open(ann.id, later(10)), unit.sessions.open(ann.id, later(10))
        assert token != other
        assert unit.sessions.user_of(token, later(9.9)) == ann
        assert unit.sessions.user_of(token, later(10)) is None
        assert unit.sessions.user_of("guess", NOON) is None
        unit.sessions.close(token)
        assert unit.sessions.user_of(token, NOON) is None
        assert unit.sessions.user_of(other, NOON) == ann
        unit.sessions.close_all(ann.id)
        assert unit.sessions.user_of(other, NOON) is None


def test_a_token_itself_is_not_in_the_database(store: Store) -> None:
    with store.unit() as unit:
        ann = user()
        unit.users.add(ann)
        token = unit.sessions.open(ann.id, later(10))
        link = unit.sessions.issue_sign_in(ann.id, later(10))
    with store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT token_hash FROM sessions UNION SELECT token_hash FROM sign_ins")
        assert set(kept.scalars()) == {sha(token), sha(link)}


def test_a_sign_in_link_works_once_and_looking_at_it_does_not_use_it(store: Store) -> None:
    ann = user()
    with store.unit() as unit:
        unit.users.add(ann)
        token = unit.sessions.issue_sign_in(ann.id, later(10))
        assert unit.sessions.peek_sign_in(token, NOON) == ann
        assert unit.sessions.peek_sign_in(token, NOON) == ann
        assert unit.sessions.user_of(token, NOON) is None  # a link is no session
        assert unit.sessions.redeem_sign_in(token, NOON) == ann
        assert unit.sessions.redeem_sign_in(token, NOON) is None
        assert unit.sessions.peek_sign_in(token, NOON) is None


def test_a_sign_in_link_that_is_over_does_not_work(store: Store) -> None:
    with store.unit() as unit:
        ann = user()
        unit.users.add(ann)
        token = unit.sessions.issue_sign_in(ann.id, later(10))
        assert unit.sessions.redeem_sign_in(token, later(10)) is None


def test_what_is_over_is_swept_and_the_rest_stays(store: Store) -> None:
    with store.unit() as unit:
        ann = user()
        unit.users.add(ann)
        unit.sessions.open(ann.id, later(1))
        unit.sessions.issue_sign_in(ann.id, later(2))
        kept = unit.sessions.open(ann.id, later(3))
        assert unit.sessions.sweep(later(2)) == 2
        assert unit.sessions.user_of(kept, later(2)) == ann
