"""Everything that mailroom 0.1 knows."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DEFERRED: dict[str, Any] = {"deferrable": True, "initially": "DEFERRED"}

# Searched without an account: any part of a word, by trigrams.
SEARCHED = ("messages", "documents")

SQLITE_SEARCH = (
    ("CREATE VIRTUAL TABLE {0}_search USING fts5(search, content='{0}', content_rowid='number', tokenize='trigram')"),
    (
        "CREATE TRIGGER {0}_search_insert AFTER INSERT ON {0} BEGIN "
        "INSERT INTO {0}_search(rowid, search) VALUES (new.number, new.search); END"
    ),
    (
        "CREATE TRIGGER {0}_search_delete AFTER DELETE ON {0} BEGIN "
        "INSERT INTO {0}_search({0}_search, rowid, search) VALUES ('delete', old.number, old.search); END"
    ),
    (
        "CREATE TRIGGER {0}_search_update AFTER UPDATE OF search ON {0} WHEN old.search <> new.search BEGIN "
        "INSERT INTO {0}_search({0}_search, rowid, search) VALUES ('delete', old.number, old.search); "
        "INSERT INTO {0}_search(rowid, search) VALUES (new.number, new.search); END"
    ),
)

SQLITE_APPEND_ONLY = (
    (
        "CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN "
        "SELECT RAISE(ABORT, 'the event log is append-only'); END"
    ),
    (
        "CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN "
        "SELECT RAISE(ABORT, 'the event log is append-only'); END"
    ),
    # INSERT OR REPLACE deletes without asking the trigger above.
    (
        "CREATE TRIGGER events_no_replace BEFORE INSERT ON events "
        "WHEN EXISTS (SELECT 1 FROM events WHERE number = new.number) BEGIN "
        "SELECT RAISE(ABORT, 'the event log is append-only'); END"
    ),
)

POSTGRESQL_APPEND_ONLY = (
    (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the event log is append-only'; END $$"
    ),
    ("CREATE TRIGGER events_no_change BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION refuse_change()"),
    ("CREATE TRIGGER events_no_truncate BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"),
)


def upgrade() -> None:
    """Make the tables, the search indexes and the guards of the event log."""
    _create_tables()
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            for statement in SQLITE_SEARCH:
                op.execute(statement.format(table))
        for statement in SQLITE_APPEND_ONLY:
            op.execute(statement)
    else:
        # Trusted since PostgreSQL 13: the owner of the database may make it.
        op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        for table in SEARCHED:
            op.execute(f"CREATE INDEX ix_{table}_search_trigram ON {table} USING gin (search gin_trgm_ops)")
        for statement in POSTGRESQL_APPEND_ONLY:
            op.execute(statement)


def downgrade() -> None:
    """Drop everything; the extension stays, others may use it."""
    if op.get_bind().dialect.name == "sqlite":
        for table in SEARCHED:
            op.execute(f"DROP TABLE {table}_search")
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_change()")


TABLES = (
    "parts",
    "deliveries",
    "decisions",
    "seller_ibans",
    "report_runs",
    "documents",
    "subscriptions",
    "sign_ins",
    "sessions",
    "api_answers",
    "api_keys",
    "sellers",
    "messages",
    "memberships",
    "import_addresses",
    "account_rules",
    "users",
    "events",
    "accounts",
)


def _create_tables() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("vat_id", sa.String(), nullable=False),
        sa.Column("vat_key", sa.String(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("auto_accept", sa.Boolean(), nullable=False),
        sa.Column("trusted_senders", sa.JSON(), nullable=False),
        sa.Column("accountant_email", sa.String(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("blocked_senders", sa.JSON(), nullable=False),
        sa.Column("messages_per_day", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_name_key", "accounts", ["name_key"])
    op.create_index("ix_accounts_vat_key", "accounts", ["vat_key"])

    op.create_table(
        "events",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_events"),
    )
    op.create_index("ix_events_account_id_number", "events", ["account_id", "number"])
    op.create_index("ix_events_subject_number", "events", ["subject", "number"])

    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("email_key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("is_operator", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email_key", name="uq_users_email_key"),
    )
    op.create_table(
        "account_rules",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_rules_account_id_accounts", **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", name="pk_account_rules"),
    )
    op.create_index("ix_account_rules_account_id_position", "account_rules", ["account_id", "position"])

    op.create_table(
        "api_keys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_api_keys_account_id_accounts", **DEFERRED),
        sa.PrimaryKeyConstraint("id", name="pk_api_keys"),
        sa.UniqueConstraint("key_hash", name="uq_api_keys_key_hash"),
    )
    op.create_index("ix_api_keys_account_id", "api_keys", ["account_id"])

    op.create_table(
        "api_answers",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_api_answers_account_id_accounts", **DEFERRED),
        sa.PrimaryKeyConstraint("account_id", "key", name="pk_api_answers"),
    )
    op.create_index("ix_api_answers_created_at", "api_answers", ["created_at"])

    op.create_table(
        "import_addresses",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("local_part", sa.String(), nullable=False),
        sa.Column("domain", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("senders", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name="fk_import_addresses_account_id_accounts",
            **DEFERRED,
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by"],
            ["import_addresses.id"],
            name="fk_import_addresses_replaced_by_import_addresses",
            **DEFERRED,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_import_addresses"),
        sa.UniqueConstraint("local_part", "domain", name="uq_import_addresses_local_part_domain"),
    )
    op.create_index("ix_import_addresses_account_id", "import_addresses", ["account_id"])

    op.create_table(
        "memberships",
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_memberships_account_id_accounts", **DEFERRED),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_memberships_user_id_users", **DEFERRED),
        sa.PrimaryKeyConstraint("user_id", "account_id", name="pk_memberships"),
    )
    op.create_index("ix_memberships_account_id", "memberships", ["account_id"])

    op.create_table(
        "messages",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("door", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("recipient_key", sa.String(), nullable=False),
        sa.Column("envelope_sender", sa.String(), nullable=False),
        sa.Column("peer", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("header_message_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("sender_address", sa.String(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("header", sa.JSON(), nullable=False),
        sa.Column("sender", sa.JSON(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_messages_account_id_accounts", **DEFERRED),
        sa.PrimaryKeyConstraint("number", name="pk_messages"),
        sa.UniqueConstraint("id", name="uq_messages_id"),
        sa.UniqueConstraint("sha256", "recipient_key", name="uq_messages_sha256_recipient_key"),
    )
    op.create_index("ix_messages_account_id_received_at_id", "messages", ["account_id", "received_at", "id"])
    op.create_index("ix_messages_received_at_id", "messages", ["received_at", "id"])
    op.create_index("ix_messages_state_received_at", "messages", ["state", "received_at"])

    op.create_table(
        "sellers",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("name_key", sa.String(), nullable=False),
        sa.Column("vat_id", sa.String(), nullable=False),
        sa.Column("vat_key", sa.String(), nullable=False),
        sa.Column("documents", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_sellers_account_id_accounts", **DEFERRED),
        sa.PrimaryKeyConstraint("id", name="pk_sellers"),
    )
    op.create_index("ix_sellers_account_id_name_key", "sellers", ["account_id", "name_key"])
    op.create_index("ix_sellers_account_id_vat_key", "sellers", ["account_id", "vat_key"])

    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id_users", **DEFERRED),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sessions"),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])

    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_ins_user_id_users", **DEFERRED),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_expires_at", "sign_ins", ["expires_at"])
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"])

    op.create_table(
        "subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("frequency", sa.String(), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_subscriptions_account_id_accounts", **DEFERRED
        ),
        sa.PrimaryKeyConstraint("id", name="pk_subscriptions"),
    )
    op.create_index("ix_subscriptions_account_id", "subscriptions", ["account_id"])

    op.create_table(
        "documents",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archive_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("part_path", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("search", sa.String(), nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=False),
        sa.Column("reading", sa.String(), nullable=True),
        sa.Column("ubl", sa.String(), nullable=True),
        sa.Column("engine", sa.String(), nullable=False),
        sa.Column("seller_id", sa.String(), nullable=True),
        sa.Column("completed_by_hand", sa.Boolean(), nullable=False),
        sa.Column("accounting_status", sa.String(), nullable=False),
        sa.Column("accounting_reason", sa.String(), nullable=False),
        sa.Column("payment_status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("previews", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_documents_account_id_accounts", **DEFERRED),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_documents_message_id_messages", **DEFERRED),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_documents_seller_id_sellers", **DEFERRED),
        sa.PrimaryKeyConstraint("number", name="pk_documents"),
        sa.UniqueConstraint("account_id", "sha256", name="uq_documents_account_id_sha256"),
        sa.UniqueConstraint("id", name="uq_documents_id"),
    )
    op.create_index(
        "ix_documents_account_id_created_at_id_state",
        "documents",
        ["account_id", "created_at", "id", "state"],
    )
    op.create_index(
        "ix_documents_account_id_state_created_at_id",
        "documents",
        ["account_id", "state", "created_at", "id"],
    )
    op.create_index("ix_documents_created_at_id", "documents", ["created_at", "id"])
    op.create_index("ix_documents_message_id", "documents", ["message_id"])
    op.create_index("ix_documents_state_archive_at", "documents", ["state", "archive_at"])
    op.create_index("ix_documents_state_created_at_id", "documents", ["state", "created_at", "id"])

    op.create_table(
        "report_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_report_runs_account_id_accounts", **DEFERRED),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscriptions.id"],
            name="fk_report_runs_subscription_id_subscriptions",
            **DEFERRED,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_report_runs"),
        sa.UniqueConstraint("subscription_id", "period", name="uq_report_runs_subscription_id_period"),
    )
    op.create_index("ix_report_runs_account_id_created_at", "report_runs", ["account_id", "created_at"])

    op.create_table(
        "seller_ibans",
        sa.Column("seller_id", sa.String(), nullable=False),
        sa.Column("iban", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_seller_ibans_account_id_accounts", **DEFERRED
        ),
        sa.ForeignKeyConstraint(["seller_id"], ["sellers.id"], name="fk_seller_ibans_seller_id_sellers", **DEFERRED),
        sa.PrimaryKeyConstraint("seller_id", "iban", name="pk_seller_ibans"),
    )
    op.create_index("ix_seller_ibans_account_id_iban", "seller_ibans", ["account_id", "iban"])

    op.create_table(
        "decisions",
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("document_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["documents.id"], name="fk_decisions_document_id_documents", **DEFERRED
        ),
        sa.PrimaryKeyConstraint("number", name="pk_decisions"),
    )
    op.create_index("ix_decisions_document_id_number", "decisions", ["document_id", "number"])

    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("report_run_id", sa.String(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_deliveries_account_id_accounts", **DEFERRED),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name="fk_deliveries_document_id_documents",
            **DEFERRED,
        ),
        sa.ForeignKeyConstraint(
            ["report_run_id"],
            ["report_runs.id"],
            name="fk_deliveries_report_run_id_report_runs",
            **DEFERRED,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
        sa.UniqueConstraint("key", name="uq_deliveries_key"),
    )
    op.create_index("ix_deliveries_document_id", "deliveries", ["document_id"])
    op.create_index("ix_deliveries_report_run_id", "deliveries", ["report_run_id"])
    op.create_index("ix_deliveries_state_created_at", "deliveries", ["state", "created_at"])

    op.create_table(
        "parts",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("declared_type", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("content_id", sa.String(), nullable=False),
        sa.Column("inline", sa.Boolean(), nullable=False),
        sa.Column("is_body", sa.Boolean(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("related_path", sa.String(), nullable=True),
        sa.Column("document_id", sa.String(), nullable=True),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name="fk_parts_document_id_documents", **DEFERRED),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_parts_message_id_messages", **DEFERRED),
        sa.PrimaryKeyConstraint("message_id", "position", name="pk_parts"),
    )
    op.create_index("ix_parts_document_id", "parts", ["document_id"])
    op.create_index("ix_parts_sha256", "parts", ["sha256"])
