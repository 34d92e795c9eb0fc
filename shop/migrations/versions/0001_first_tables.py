"""The shop's first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

GUARDS = {
    "sqlite": [
        r"""
CREATE TRIGGER ledger_txn_no_update BEFORE UPDATE ON ledger_txn BEGIN SELECT RAISE(ABORT, 'ledger_txn is written once and never changed') WHERE TRUE; END
        """,
        r"""
CREATE TRIGGER ledger_txn_no_delete BEFORE DELETE ON ledger_txn BEGIN SELECT RAISE(ABORT, 'ledger_txn is never deleted from') WHERE TRUE; END
        """,
        r"""
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is written once and never changed') WHERE TRUE; END
        """,
        r"""
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'ledger_entry is never deleted from') WHERE TRUE; END
        """,
        r"""
CREATE TRIGGER ledger_txn_follows_head BEFORE INSERT ON ledger_txn BEGIN SELECT RAISE(ABORT, 'a transaction must follow the head of the ledger') WHERE COALESCE(NEW.seq, -1) <> COALESCE((SELECT last_seq + 1 FROM ledger_head), -2) OR COALESCE(NEW.previous_hash, '') <> COALESCE((SELECT last_hash FROM ledger_head), '-'); END
        """,
        r"""
CREATE TRIGGER ledger_txn_is_new BEFORE INSERT ON ledger_txn BEGIN SELECT RAISE(ABORT, 'this transaction is in the ledger already') WHERE EXISTS (SELECT 1 FROM ledger_txn WHERE seq = NEW.seq OR idempotency_key = NEW.idempotency_key OR reverses_seq = NEW.reverses_seq OR hash = NEW.hash); END
        """,
        r"""
CREATE TRIGGER ledger_txn_period_open BEFORE INSERT ON ledger_txn BEGIN SELECT RAISE(ABORT, 'nothing is posted into a closed or older period') WHERE EXISTS (SELECT 1 FROM ledger_period WHERE closed_at IS NOT NULL AND name >= NEW.period) OR NEW.period < COALESCE((SELECT period FROM ledger_txn WHERE seq = (SELECT last_seq FROM ledger_head)), ''); END
        """,
        r"""
CREATE TRIGGER ledger_txn_reverses_accrual BEFORE INSERT ON ledger_txn BEGIN SELECT RAISE(ABORT, 'a reversal must name the accrual of its own unit') WHERE NEW.reverses_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_txn accrual WHERE accrual.seq = NEW.reverses_seq AND accrual.kind = 'accrue' AND accrual.book = NEW.book AND accrual.order_reference = NEW.order_reference AND accrual.unit = NEW.unit); END
        """,
        r"""
CREATE TRIGGER ledger_entry_unsealed BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'no line joins a sealed transaction') WHERE COALESCE(NEW.txn_seq, -1) <> COALESCE((SELECT last_seq + 1 FROM ledger_head), -2); END
        """,
        r"""
CREATE TRIGGER ledger_entry_is_new BEFORE INSERT ON ledger_entry BEGIN SELECT RAISE(ABORT, 'this line is in the ledger already') WHERE (EXISTS (SELECT 1 FROM ledger_entry WHERE txn_seq = NEW.txn_seq AND line = NEW.line)) OR typeof(NEW.amount_pence) <> 'integer'; END
        """,
        r"""
CREATE TRIGGER ledger_head_is_first BEFORE INSERT ON ledger_head BEGIN SELECT RAISE(ABORT, 'the ledger has its head already') WHERE EXISTS (SELECT 1 FROM ledger_head) OR EXISTS (SELECT 1 FROM ledger_txn) OR NEW.last_seq <> 0 OR NEW.last_hash <> '0000000000000000000000000000000000000000000000000000000000000000'; END
        """,
        r"""
CREATE TRIGGER ledger_head_seals_next BEFORE UPDATE ON ledger_head BEGIN SELECT RAISE(ABORT, 'the head moves by one, to a transaction that is chained and balanced') WHERE NEW.id <> OLD.id OR NEW.last_seq <> OLD.last_seq + 1 OR NOT EXISTS (SELECT 1 FROM ledger_txn WHERE seq = NEW.last_seq AND hash = NEW.last_hash AND previous_hash = OLD.last_hash) OR (SELECT count(*) FROM ledger_entry WHERE txn_seq = NEW.last_seq) < 2 OR (SELECT sum(amount_pence) FROM ledger_entry WHERE txn_seq = NEW.last_seq) <> 0; END
        """,
        r"""
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head BEGIN SELECT RAISE(ABORT, 'the ledger keeps its head') WHERE TRUE; END
        """,
        r"""
CREATE TRIGGER ledger_period_is_new BEFORE INSERT ON ledger_period BEGIN SELECT RAISE(ABORT, 'a period begins once, open, and after every closed one') WHERE NEW.closed_at IS NOT NULL OR EXISTS (SELECT 1 FROM ledger_period WHERE name = NEW.name OR (closed_at IS NOT NULL AND name > NEW.name)); END
        """,
        r"""
CREATE TRIGGER ledger_period_closes_once BEFORE UPDATE ON ledger_period BEGIN SELECT RAISE(ABORT, 'a period is closed once, in its turn, at its last transaction') WHERE OLD.closed_at IS NOT NULL OR NEW.name <> OLD.name OR (NEW.closed_at IS NOT NULL AND (EXISTS (SELECT 1 FROM ledger_period WHERE name < NEW.name AND closed_at IS NULL) OR NEW.last_seq <> COALESCE((SELECT max(seq) FROM ledger_txn WHERE period <= NEW.name), 0) OR NEW.last_hash <> COALESCE((SELECT hash FROM ledger_txn WHERE seq = NEW.last_seq), '0000000000000000000000000000000000000000000000000000000000000000'))); END
        """,
        r"""
CREATE TRIGGER ledger_period_no_delete BEFORE DELETE ON ledger_period BEGIN SELECT RAISE(ABORT, 'a period is never deleted') WHERE TRUE; END
        """,
        r"""
CREATE TRIGGER policy_is_new BEFORE INSERT ON policy BEGIN SELECT RAISE(ABORT, 'this policy exists already') WHERE EXISTS (SELECT 1 FROM policy WHERE id = NEW.id); END
        """,
        r"""
CREATE TRIGGER policy_promise_kept BEFORE UPDATE OF id, charity_name, charity_description, charity_number, charity_url, amount_pence, basis, agreement_reference, agreement_signed_on, starts_on, pay_within_days, statement_version ON policy BEGIN SELECT RAISE(ABORT, 'a policy the ledger has used is never changed') WHERE EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id); END
        """,
        r"""
CREATE TRIGGER policy_ends_once BEFORE UPDATE OF ends_on ON policy BEGIN SELECT RAISE(ABORT, 'a policy the ledger has used is ended once') WHERE OLD.ends_on IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id); END
        """,
        r"""
CREATE TRIGGER policy_no_delete BEFORE DELETE ON policy BEGIN SELECT RAISE(ABORT, 'a policy the ledger has used is never deleted') WHERE EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id); END
        """,
    ],
    "postgresql": [
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_no_update() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_txn is written once and never changed' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_txn_no_update BEFORE UPDATE ON ledger_txn FOR EACH ROW EXECUTE FUNCTION ledger_txn_no_update();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_no_update
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_txn is never deleted from' USING ERRCODE = 'check_violation'; END IF; RETURN OLD; END$guard$;
CREATE TRIGGER ledger_txn_no_delete BEFORE DELETE ON ledger_txn FOR EACH ROW EXECUTE FUNCTION ledger_txn_no_delete();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_no_delete
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_entry_no_update() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_entry is written once and never changed' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_no_update();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_no_update
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_entry_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_entry is never deleted from' USING ERRCODE = 'check_violation'; END IF; RETURN OLD; END$guard$;
CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_no_delete();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_no_delete
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_follows_head() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN PERFORM 1 FROM public.ledger_head FOR UPDATE; IF COALESCE(NEW.seq, -1) <> COALESCE((SELECT last_seq + 1 FROM ledger_head), -2) OR COALESCE(NEW.previous_hash, '') <> COALESCE((SELECT last_hash FROM ledger_head), '-') THEN RAISE EXCEPTION 'a transaction must follow the head of the ledger' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_txn_follows_head BEFORE INSERT ON ledger_txn FOR EACH ROW EXECUTE FUNCTION ledger_txn_follows_head();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_follows_head
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_is_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM ledger_txn WHERE seq = NEW.seq OR idempotency_key = NEW.idempotency_key OR reverses_seq = NEW.reverses_seq OR hash = NEW.hash) THEN RAISE EXCEPTION 'this transaction is in the ledger already' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_txn_is_new BEFORE INSERT ON ledger_txn FOR EACH ROW EXECUTE FUNCTION ledger_txn_is_new();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_is_new
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_period_open() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM ledger_period WHERE closed_at IS NOT NULL AND name >= NEW.period) OR NEW.period < COALESCE((SELECT period FROM ledger_txn WHERE seq = (SELECT last_seq FROM ledger_head)), '') THEN RAISE EXCEPTION 'nothing is posted into a closed or older period' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_txn_period_open BEFORE INSERT ON ledger_txn FOR EACH ROW EXECUTE FUNCTION ledger_txn_period_open();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_period_open
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_reverses_accrual() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF NEW.reverses_seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_txn accrual WHERE accrual.seq = NEW.reverses_seq AND accrual.kind = 'accrue' AND accrual.book = NEW.book AND accrual.order_reference = NEW.order_reference AND accrual.unit = NEW.unit) THEN RAISE EXCEPTION 'a reversal must name the accrual of its own unit' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_txn_reverses_accrual BEFORE INSERT ON ledger_txn FOR EACH ROW EXECUTE FUNCTION ledger_txn_reverses_accrual();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_reverses_accrual
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_entry_unsealed() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN PERFORM 1 FROM public.ledger_head FOR UPDATE; IF COALESCE(NEW.txn_seq, -1) <> COALESCE((SELECT last_seq + 1 FROM ledger_head), -2) THEN RAISE EXCEPTION 'no line joins a sealed transaction' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_entry_unsealed BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_unsealed();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_unsealed
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_entry_is_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM ledger_entry WHERE txn_seq = NEW.txn_seq AND line = NEW.line) THEN RAISE EXCEPTION 'this line is in the ledger already' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_entry_is_new BEFORE INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_entry_is_new();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_is_new
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_head_is_first() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM ledger_head) OR EXISTS (SELECT 1 FROM ledger_txn) OR NEW.last_seq <> 0 OR NEW.last_hash <> '0000000000000000000000000000000000000000000000000000000000000000' THEN RAISE EXCEPTION 'the ledger has its head already' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_head_is_first BEFORE INSERT ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_head_is_first();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_is_first
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_head_seals_next() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF NEW.id <> OLD.id OR NEW.last_seq <> OLD.last_seq + 1 OR NOT EXISTS (SELECT 1 FROM ledger_txn WHERE seq = NEW.last_seq AND hash = NEW.last_hash AND previous_hash = OLD.last_hash) OR (SELECT count(*) FROM ledger_entry WHERE txn_seq = NEW.last_seq) < 2 OR (SELECT sum(amount_pence) FROM ledger_entry WHERE txn_seq = NEW.last_seq) <> 0 THEN RAISE EXCEPTION 'the head moves by one, to a transaction that is chained and balanced' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_head_seals_next BEFORE UPDATE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_head_seals_next();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_seals_next
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_head_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'the ledger keeps its head' USING ERRCODE = 'check_violation'; END IF; RETURN OLD; END$guard$;
CREATE TRIGGER ledger_head_no_delete BEFORE DELETE ON ledger_head FOR EACH ROW EXECUTE FUNCTION ledger_head_no_delete();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_no_delete
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_period_is_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF NEW.closed_at IS NOT NULL OR EXISTS (SELECT 1 FROM ledger_period WHERE name = NEW.name OR (closed_at IS NOT NULL AND name > NEW.name)) THEN RAISE EXCEPTION 'a period begins once, open, and after every closed one' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_period_is_new BEFORE INSERT ON ledger_period FOR EACH ROW EXECUTE FUNCTION ledger_period_is_new();
ALTER TABLE ledger_period ENABLE ALWAYS TRIGGER ledger_period_is_new
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_period_closes_once() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN PERFORM 1 FROM public.ledger_head FOR UPDATE; IF OLD.closed_at IS NOT NULL OR NEW.name <> OLD.name OR (NEW.closed_at IS NOT NULL AND (EXISTS (SELECT 1 FROM ledger_period WHERE name < NEW.name AND closed_at IS NULL) OR NEW.last_seq <> COALESCE((SELECT max(seq) FROM ledger_txn WHERE period <= NEW.name), 0) OR NEW.last_hash <> COALESCE((SELECT hash FROM ledger_txn WHERE seq = NEW.last_seq), '0000000000000000000000000000000000000000000000000000000000000000'))) THEN RAISE EXCEPTION 'a period is closed once, in its turn, at its last transaction' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_period_closes_once BEFORE UPDATE ON ledger_period FOR EACH ROW EXECUTE FUNCTION ledger_period_closes_once();
ALTER TABLE ledger_period ENABLE ALWAYS TRIGGER ledger_period_closes_once
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_period_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'a period is never deleted' USING ERRCODE = 'check_violation'; END IF; RETURN OLD; END$guard$;
CREATE TRIGGER ledger_period_no_delete BEFORE DELETE ON ledger_period FOR EACH ROW EXECUTE FUNCTION ledger_period_no_delete();
ALTER TABLE ledger_period ENABLE ALWAYS TRIGGER ledger_period_no_delete
        """,
        r"""
CREATE OR REPLACE FUNCTION policy_is_new() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM policy WHERE id = NEW.id) THEN RAISE EXCEPTION 'this policy exists already' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER policy_is_new BEFORE INSERT ON policy FOR EACH ROW EXECUTE FUNCTION policy_is_new();
ALTER TABLE policy ENABLE ALWAYS TRIGGER policy_is_new
        """,
        r"""
CREATE OR REPLACE FUNCTION policy_promise_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id) THEN RAISE EXCEPTION 'a policy the ledger has used is never changed' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER policy_promise_kept BEFORE UPDATE OF id, charity_name, charity_description, charity_number, charity_url, amount_pence, basis, agreement_reference, agreement_signed_on, starts_on, pay_within_days, statement_version ON policy FOR EACH ROW EXECUTE FUNCTION policy_promise_kept();
ALTER TABLE policy ENABLE ALWAYS TRIGGER policy_promise_kept
        """,
        r"""
CREATE OR REPLACE FUNCTION policy_ends_once() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF OLD.ends_on IS NOT NULL AND EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id) THEN RAISE EXCEPTION 'a policy the ledger has used is ended once' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER policy_ends_once BEFORE UPDATE OF ends_on ON policy FOR EACH ROW EXECUTE FUNCTION policy_ends_once();
ALTER TABLE policy ENABLE ALWAYS TRIGGER policy_ends_once
        """,
        r"""
CREATE OR REPLACE FUNCTION policy_no_delete() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF EXISTS (SELECT 1 FROM ledger_txn WHERE policy_id = OLD.id) THEN RAISE EXCEPTION 'a policy the ledger has used is never deleted' USING ERRCODE = 'check_violation'; END IF; RETURN OLD; END$guard$;
CREATE TRIGGER policy_no_delete BEFORE DELETE ON policy FOR EACH ROW EXECUTE FUNCTION policy_no_delete();
ALTER TABLE policy ENABLE ALWAYS TRIGGER policy_no_delete
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_no_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_txn is never emptied' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_txn_no_truncate BEFORE TRUNCATE ON ledger_txn FOR EACH STATEMENT EXECUTE FUNCTION ledger_txn_no_truncate();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_no_truncate
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_entry_no_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_entry is never emptied' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_entry_no_truncate BEFORE TRUNCATE ON ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION ledger_entry_no_truncate();
ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_no_truncate
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_head_no_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_head is never emptied' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_head_no_truncate BEFORE TRUNCATE ON ledger_head FOR EACH STATEMENT EXECUTE FUNCTION ledger_head_no_truncate();
ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_no_truncate
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_period_no_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'ledger_period is never emptied' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER ledger_period_no_truncate BEFORE TRUNCATE ON ledger_period FOR EACH STATEMENT EXECUTE FUNCTION ledger_period_no_truncate();
ALTER TABLE ledger_period ENABLE ALWAYS TRIGGER ledger_period_no_truncate
        """,
        r"""
CREATE OR REPLACE FUNCTION policy_no_truncate() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF TRUE THEN RAISE EXCEPTION 'policy is never emptied' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END$guard$;
CREATE TRIGGER policy_no_truncate BEFORE TRUNCATE ON policy FOR EACH STATEMENT EXECUTE FUNCTION policy_no_truncate();
ALTER TABLE policy ENABLE ALWAYS TRIGGER policy_no_truncate
        """,
        r"""
CREATE OR REPLACE FUNCTION ledger_txn_sealed_at_commit() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN IF COALESCE((SELECT last_seq FROM ledger_head), 0) < NEW.seq THEN RAISE EXCEPTION 'a transaction must be sealed before it is committed' USING ERRCODE = 'check_violation'; END IF; RETURN NULL; END$guard$;
CREATE CONSTRAINT TRIGGER ledger_txn_sealed_at_commit AFTER INSERT ON ledger_txn DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_txn_sealed_at_commit();
ALTER TABLE ledger_txn ENABLE ALWAYS TRIGGER ledger_txn_sealed_at_commit
        """,
    ],
}
"""The guards of the ledger as they were when this was written (shop/giving/guards.py has today's)."""


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('owner', 'finance')", name=op.f("ck_account_role_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'held') = (settled_at IS NULL)", name=op.f("ck_hold_settled_when_not_held")
        ),
        sa.CheckConstraint("state IN ('held', 'sold', 'released')", name=op.f("ck_hold_state_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "ix_hold_live",
        "hold",
        ["expires_at"],
        unique=False,
        sqlite_where=sa.text("state = 'held'"),
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "ledger_account",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ledger_account")),
    )
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last_seq", sa.Integer(), nullable=False),
        sa.Column("last_hash", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "ledger_period",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("last_seq", sa.Integer(), nullable=True),
        sa.Column("last_hash", sa.String(), nullable=True),
        sa.Column("statement_sha256", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL AND closed_by IS NULL AND last_seq IS NULL AND last_hash IS NULL AND statement_sha256 IS NULL) OR (closed_at IS NOT NULL AND closed_by IS NOT NULL AND last_seq IS NOT NULL AND last_hash IS NOT NULL AND statement_sha256 IS NOT NULL)",
            name=op.f("ck_ledger_period_closed_whole"),
        ),
        sa.CheckConstraint("length(name) = 7", name=op.f("ck_ledger_period_name_is_a_month")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ledger_period")),
    )
    op.create_table(
        "metal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("fineness", sa.String(length=200), nullable=False),
        sa.Column("hallmark_from_mg", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("hallmark_from_mg > 0", name=op.f("ck_metal_hallmark_from_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_metal")),
        sa.UniqueConstraint("slug", name=op.f("uq_metal_slug")),
    )
    op.create_table(
        "piece",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("measures", sa.Text(), nullable=False),
        sa.Column("wearing", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_piece")),
        sa.UniqueConstraint("slug", name=op.f("uq_piece_slug")),
    )
    op.create_table(
        "policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("charity_name", sa.String(), nullable=False),
        sa.Column("charity_description", sa.String(), nullable=False),
        sa.Column("charity_number", sa.String(), nullable=True),
        sa.Column("charity_url", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("agreement_reference", sa.String(), nullable=True),
        sa.Column("agreement_signed_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("pay_within_days", sa.Integer(), nullable=False),
        sa.Column("statement_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("basis IN ('unit', 'order')", name=op.f("ck_policy_basis_known")),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_policy_amount_positive")),
        sa.CheckConstraint(
            "ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_policy_ends_after_start")
        ),
        sa.CheckConstraint("pay_within_days > 0", name=op.f("ck_policy_pay_within_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", "slot", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index(op.f("ix_sign_in_attempt_at"), "sign_in_attempt", ["at"], unique=False)
    op.create_table(
        "standin_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_standin_event")),
        sa.UniqueConstraint("id", name=op.f("uq_standin_event_id")),
    )
    op.create_index(op.f("ix_standin_event_type"), "standin_event", ["type"], unique=False)
    op.create_table(
        "standin_key",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_standin_key")),
    )
    op.create_index(op.f("ix_standin_key_created_at"), "standin_key", ["created_at"], unique=False)
    op.create_table(
        "standin_object",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=True),
        sa.Column("payment_intent", sa.String(length=80), nullable=True),
        sa.Column("charge", sa.String(length=80), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=True),
        sa.Column("payout", sa.String(length=80), nullable=True),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_standin_object")),
        sa.UniqueConstraint("id", name=op.f("uq_standin_object_id")),
    )
    op.create_index(op.f("ix_standin_object_charge"), "standin_object", ["charge"], unique=False)
    op.create_index("ix_standin_object_kind_due_at", "standin_object", ["kind", "due_at"], unique=False)
    op.create_index("ix_standin_object_kind_number", "standin_object", ["kind", "number"], unique=False)
    op.create_index(
        op.f("ix_standin_object_payment_intent"), "standin_object", ["payment_intent"], unique=False
    )
    op.create_index(op.f("ix_standin_object_payout"), "standin_object", ["payout"], unique=False)
    op.create_index(op.f("ix_standin_object_source"), "standin_object", ["source"], unique=False)
    op.create_table(
        "ledger_txn",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.String(), nullable=False),
        sa.Column("book", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_reference", sa.String(), nullable=True),
        sa.Column("unit", sa.Integer(), nullable=True),
        sa.Column("sku", sa.String(), nullable=True),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("policy_digest", sa.String(), nullable=True),
        sa.Column("reverses_seq", sa.Integer(), nullable=True),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('reverse', 'dispute_lost')) = (reverses_seq IS NOT NULL)",
            name=op.f("ck_ledger_txn_reversal_names_accrual"),
        ),
        sa.CheckConstraint("book IN ('live', 'test')", name=op.f("ck_ledger_txn_book_known")),
        sa.CheckConstraint(
            "kind IN ('accrue', 'reverse', 'dispute_opened', 'dispute_won', 'dispute_lost', 'close', 'remit')",
            name=op.f("ck_ledger_txn_kind_known"),
        ),
        sa.CheckConstraint(
            "kind IN ('close', 'remit') OR (order_reference IS NOT NULL AND unit IS NOT NULL AND sku IS NOT NULL AND policy_id IS NOT NULL AND policy_digest IS NOT NULL)",
            name=op.f("ck_ledger_txn_unit_named"),
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_ledger_txn_seq_positive")),
        sa.ForeignKeyConstraint(["period"], ["ledger_period.name"], name=op.f("fk_ledger_txn_period")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_ledger_txn_policy_id")),
        sa.ForeignKeyConstraint(
            ["reverses_seq"], ["ledger_txn.seq"], name=op.f("fk_ledger_txn_reverses_seq")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_txn")),
        sa.UniqueConstraint("hash", name=op.f("uq_ledger_txn_hash")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_txn_idempotency_key")),
        sa.UniqueConstraint("reverses_seq", name=op.f("uq_ledger_txn_reverses_seq")),
    )
    op.create_index(op.f("ix_ledger_txn_event_at"), "ledger_txn", ["event_at"], unique=False)
    op.create_index(
        op.f("ix_ledger_txn_order_reference_unit"), "ledger_txn", ["order_reference", "unit"], unique=False
    )
    op.create_index(op.f("ix_ledger_txn_period"), "ledger_txn", ["period"], unique=False)
    op.create_index(op.f("ix_ledger_txn_policy_id"), "ledger_txn", ["policy_id"], unique=False)
    op.create_table(
        "order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("book", sa.String(length=4), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("buyer_hash", sa.String(), nullable=False),
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("goods_pence", sa.Integer(), nullable=False),
        sa.Column("postage_pence", sa.Integer(), nullable=False),
        sa.Column("total_pence", sa.Integer(), nullable=False),
        sa.Column("postage_service", sa.String(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("donation_pence", sa.Integer(), nullable=False),
        sa.Column("donation_statement", sa.Text(), nullable=True),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("total_pence = goods_pence + postage_pence", name=op.f("ck_order_adds_up")),
        sa.CheckConstraint("total_pence > 0", name=op.f("ck_order_costs_something")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_order_hold_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policy.id"], name=op.f("fk_order_policy_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint("hold_id", name=op.f("uq_order_hold_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_order_reference")),
    )
    op.create_index(op.f("ix_order_buyer_hash"), "order", ["buyer_hash"], unique=False)
    op.create_index(op.f("ix_order_state"), "order", ["state"], unique=False)
    op.create_table(
        "picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("metal_id", sa.Integer(), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("alt", sa.String(length=300), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["metal_id"], ["metal.id"], name=op.f("fk_picture_metal_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_picture_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_picture")),
        sa.UniqueConstraint("piece_id", "file", name=op.f("uq_picture_piece_id_file")),
    )
    op.create_table(
        "side",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("shape", sa.String(length=10), nullable=False),
        sa.Column("width_tenths", sa.Integer(), nullable=False),
        sa.Column("height_tenths", sa.Integer(), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.CheckConstraint("shape IN ('disc', 'heart', 'bar', 'ring')", name=op.f("ck_side_shape_known")),
        sa.CheckConstraint(
            "lines > 0 AND width_tenths > 0 AND height_tenths > 0", name=op.f("ck_side_has_room")
        ),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_side_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_side")),
        sa.UniqueConstraint("piece_id", "key", name=op.f("uq_side_piece_id_key")),
    )
    op.create_table(
        "sign_in_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_sign_in_link_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in_link")),
    )
    op.create_index(op.f("ix_sign_in_link_account_id"), "sign_in_link", ["account_id"], unique=False)
    op.create_table(
        "staff_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("opened_by", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "opened_by IN ('password', 'link')", name=op.f("ck_staff_session_opened_by_known")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_staff_session_account_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_staff_session")),
    )
    op.create_index(op.f("ix_staff_session_account_id"), "staff_session", ["account_id"], unique=False)
    op.create_table(
        "standin_delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_status", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["standin_event.id"], name=op.f("fk_standin_delivery_event_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standin_delivery")),
    )
    op.create_index(op.f("ix_standin_delivery_event_id"), "standin_delivery", ["event_id"], unique=False)
    op.create_index("ix_standin_delivery_state_due_at", "standin_delivery", ["state", "due_at"], unique=False)
    op.create_table(
        "variant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("piece_id", sa.Integer(), nullable=False),
        sa.Column("metal_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(length=40), nullable=False),
        sa.Column("chain_inches", sa.Integer(), nullable=False),
        sa.Column("price_pence", sa.Integer(), nullable=False),
        sa.Column("weight_mg", sa.Integer(), nullable=False),
        sa.Column("hallmarked", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("price_pence > 0", name=op.f("ck_variant_price_positive")),
        sa.CheckConstraint("weight_mg > 0", name=op.f("ck_variant_weight_positive")),
        sa.ForeignKeyConstraint(["metal_id"], ["metal.id"], name=op.f("fk_variant_metal_id")),
        sa.ForeignKeyConstraint(["piece_id"], ["piece.id"], name=op.f("fk_variant_piece_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_variant")),
        sa.UniqueConstraint(
            "piece_id", "metal_id", "chain_inches", name=op.f("uq_variant_piece_id_metal_id_chain_inches")
        ),
        sa.UniqueConstraint("sku", name=op.f("uq_variant_sku")),
    )
    op.create_table(
        "basket",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_basket_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_basket_token_hash")),
    )
    op.create_index(op.f("ix_basket_touched_at"), "basket", ["touched_at"], unique=False)
    op.create_table(
        "checkout_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=True),
        sa.Column("url", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_checkout_attempt_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout_attempt")),
        sa.UniqueConstraint("key", name=op.f("uq_checkout_attempt_key")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_checkout_attempt_order_id_number")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_checkout_attempt_stripe_id")),
    )
    op.create_index(op.f("ix_checkout_attempt_order_id"), "checkout_attempt", ["order_id"], unique=False)
    op.create_table(
        "inbox_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_inbox_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox_event")),
    )
    op.create_index(op.f("ix_inbox_event_order_id"), "inbox_event", ["order_id"], unique=False)
    op.create_table(
        "ledger_entry",
        sa.Column("txn_seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.CheckConstraint("currency = 'gbp'", name=op.f("ck_ledger_entry_sterling")),
        sa.CheckConstraint("amount_pence <> 0", name=op.f("ck_ledger_entry_not_zero")),
        sa.CheckConstraint("line > 0", name=op.f("ck_ledger_entry_line_positive")),
        sa.ForeignKeyConstraint(["account"], ["ledger_account.key"], name=op.f("fk_ledger_entry_account")),
        sa.ForeignKeyConstraint(["txn_seq"], ["ledger_txn.seq"], name=op.f("fk_ledger_entry_txn_seq")),
        sa.PrimaryKeyConstraint("txn_seq", "line", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_account"), "ledger_entry", ["account"], unique=False)
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("dedupe_key", sa.String(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_letter_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_letter_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_letter_message_id")),
    )
    op.create_index("ix_letter_due", "letter", ["sent_at", "due_at"], unique=False)
    op.create_index(op.f("ix_letter_order_id"), "letter", ["order_id"], unique=False)
    op.create_table(
        "order_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_event_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_event")),
    )
    op.create_index(op.f("ix_order_event_order_id"), "order_event", ["order_id"], unique=False)
    op.create_table(
        "order_key",
        sa.Column("order_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_key_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_key")),
    )
    op.create_table(
        "order_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("piece_slug", sa.String(), nullable=False),
        sa.Column("piece_name", sa.String(), nullable=False),
        sa.Column("metal_slug", sa.String(), nullable=False),
        sa.Column("metal_name", sa.String(), nullable=False),
        sa.Column("chain_inches", sa.Integer(), nullable=False),
        sa.Column("price_pence", sa.Integer(), nullable=False),
        sa.Column("donation_pence", sa.Integer(), nullable=False),
        sa.Column("engraved", sa.Boolean(), nullable=False),
        sa.Column("engraving_digest", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_line_order_id")),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_order_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_line")),
        sa.UniqueConstraint("order_id", "number", name=op.f("uq_order_line_order_id_number")),
    )
    op.create_index(op.f("ix_order_line_order_id"), "order_line", ["order_id"], unique=False)
    op.create_table(
        "order_link",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("nonce", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_order_link_order_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_order_link")),
    )
    op.create_index(op.f("ix_order_link_order_id"), "order_link", ["order_id"], unique=False)
    op.create_table(
        "payment_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=False),
        sa.Column("payment_intent", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_pence <> 0", name=op.f("ck_payment_entry_moves_money")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_payment_entry_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_entry_key")),
    )
    op.create_index(op.f("ix_payment_entry_order_id"), "payment_entry", ["order_id"], unique=False)
    op.create_index(
        op.f("ix_payment_entry_payment_intent"), "payment_entry", ["payment_intent"], unique=False
    )
    op.create_index(op.f("ix_payment_entry_stripe_id"), "payment_entry", ["stripe_id"], unique=False)
    op.create_table(
        "refund_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("payment_intent", sa.String(), nullable=False),
        sa.Column("amount_pence", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stripe_id", sa.String(), nullable=True),
        sa.Column("refused", sa.String(), nullable=True),
        sa.CheckConstraint("amount_pence > 0", name=op.f("ck_refund_request_gives_back")),
        sa.ForeignKeyConstraint(["order_id"], ["order.id"], name=op.f("fk_refund_request_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_request")),
        sa.UniqueConstraint("key", name=op.f("uq_refund_request_key")),
        sa.UniqueConstraint("stripe_id", name=op.f("uq_refund_request_stripe_id")),
    )
    op.create_index(op.f("ix_refund_request_order_id"), "refund_request", ["order_id"], unique=False)
    op.create_table(
        "stock_level",
        sa.Column("variant_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("on_hand", sa.Integer(), nullable=False),
        sa.Column("reserved", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "reserved BETWEEN 0 AND on_hand", name=op.f("ck_stock_level_reserved_within_on_hand")
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_stock_level_variant_id")),
        sa.PrimaryKeyConstraint("variant_id", name=op.f("pk_stock_level")),
    )
    op.create_table(
        "basket_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("basket_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["basket_id"], ["basket.id"], name=op.f("fk_basket_line_basket_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["variant_id"], ["variant.id"], name=op.f("fk_basket_line_variant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_basket_line")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_basket_line_basket_id"), "basket_line", ["basket_id"], unique=False)
    op.create_table(
        "hold_line",
        sa.Column("hold_id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_hold_line_quantity_positive")),
        sa.ForeignKeyConstraint(["hold_id"], ["hold.id"], name=op.f("fk_hold_line_hold_id")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["stock_level.variant_id"], name=op.f("fk_hold_line_variant_id")
        ),
        sa.PrimaryKeyConstraint("hold_id", "variant_id", name=op.f("pk_hold_line")),
    )
    op.create_table(
        "sealed_text",
        sa.Column("order_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["order_key.order_id"], name=op.f("fk_sealed_text_order_id")),
        sa.PrimaryKeyConstraint("order_id", "label", name=op.f("pk_sealed_text")),
    )
    op.create_table(
        "stock_movement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("variant_id", sa.Integer(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("order_reference", sa.String(length=32), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason <> 'returned' OR quantity > 0", name=op.f("ck_stock_movement_returned_comes_in")
        ),
        sa.CheckConstraint("reason <> 'sold' OR quantity < 0", name=op.f("ck_stock_movement_sold_goes_out")),
        sa.CheckConstraint(
            "reason IN ('opening', 'received', 'sold', 'returned', 'counted', 'damaged')",
            name=op.f("ck_stock_movement_reason_known"),
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_stock_movement_quantity_moves")),
        sa.ForeignKeyConstraint(
            ["variant_id"], ["stock_level.variant_id"], name=op.f("fk_stock_movement_variant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_movement")),
    )
    op.create_index(
        op.f("ix_stock_movement_order_reference"), "stock_movement", ["order_reference"], unique=False
    )
    op.create_index(op.f("ix_stock_movement_variant_id"), "stock_movement", ["variant_id"], unique=False)
    for statement in GUARDS[op.get_bind().dialect.name]:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(statement)
