"""An order's version moves with every write that its money depends on, whoever writes: the database sees to it"""

from alembic import op

revision = "0007"
down_revision = "0006"

SQLITE = [
    'CREATE TRIGGER order_update_moves_version AFTER UPDATE OF state, hold_id ON "order" FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.id; END',
    'CREATE TRIGGER order_line_insert_moves_version AFTER INSERT ON order_line FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER order_line_update_moves_version AFTER UPDATE ON order_line FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER order_event_insert_moves_version AFTER INSERT ON order_event FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER checkout_attempt_insert_moves_version AFTER INSERT ON checkout_attempt FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER checkout_attempt_update_moves_version AFTER UPDATE ON checkout_attempt FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER payment_entry_insert_moves_version AFTER INSERT ON payment_entry FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER payment_entry_update_moves_version AFTER UPDATE ON payment_entry FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER refund_request_insert_moves_version AFTER INSERT ON refund_request FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
    'CREATE TRIGGER refund_request_update_moves_version AFTER UPDATE ON refund_request FOR EACH ROW BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; END',
]

POSTGRESQL = [
    """
CREATE OR REPLACE FUNCTION order_update_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.id; RETURN NULL; END$guard$;
CREATE TRIGGER order_update_moves_version AFTER UPDATE OF state, hold_id ON "order" FOR EACH ROW EXECUTE FUNCTION order_update_moves_version();
ALTER TABLE "order" ENABLE ALWAYS TRIGGER order_update_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION order_line_insert_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER order_line_insert_moves_version AFTER INSERT ON order_line FOR EACH ROW EXECUTE FUNCTION order_line_insert_moves_version();
ALTER TABLE order_line ENABLE ALWAYS TRIGGER order_line_insert_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION order_line_update_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER order_line_update_moves_version AFTER UPDATE ON order_line FOR EACH ROW EXECUTE FUNCTION order_line_update_moves_version();
ALTER TABLE order_line ENABLE ALWAYS TRIGGER order_line_update_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION order_event_insert_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER order_event_insert_moves_version AFTER INSERT ON order_event FOR EACH ROW EXECUTE FUNCTION order_event_insert_moves_version();
ALTER TABLE order_event ENABLE ALWAYS TRIGGER order_event_insert_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION checkout_attempt_insert_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER checkout_attempt_insert_moves_version AFTER INSERT ON checkout_attempt FOR EACH ROW EXECUTE FUNCTION checkout_attempt_insert_moves_version();
ALTER TABLE checkout_attempt ENABLE ALWAYS TRIGGER checkout_attempt_insert_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION checkout_attempt_update_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER checkout_attempt_update_moves_version AFTER UPDATE ON checkout_attempt FOR EACH ROW EXECUTE FUNCTION checkout_attempt_update_moves_version();
ALTER TABLE checkout_attempt ENABLE ALWAYS TRIGGER checkout_attempt_update_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION payment_entry_insert_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER payment_entry_insert_moves_version AFTER INSERT ON payment_entry FOR EACH ROW EXECUTE FUNCTION payment_entry_insert_moves_version();
ALTER TABLE payment_entry ENABLE ALWAYS TRIGGER payment_entry_insert_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION payment_entry_update_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER payment_entry_update_moves_version AFTER UPDATE ON payment_entry FOR EACH ROW EXECUTE FUNCTION payment_entry_update_moves_version();
ALTER TABLE payment_entry ENABLE ALWAYS TRIGGER payment_entry_update_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION refund_request_insert_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER refund_request_insert_moves_version AFTER INSERT ON refund_request FOR EACH ROW EXECUTE FUNCTION refund_request_insert_moves_version();
ALTER TABLE refund_request ENABLE ALWAYS TRIGGER refund_request_insert_moves_version
    """,
    """
CREATE OR REPLACE FUNCTION refund_request_update_moves_version() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $guard$BEGIN UPDATE "order" SET version = version + 1 WHERE id = NEW.order_id; RETURN NULL; END$guard$;
CREATE TRIGGER refund_request_update_moves_version AFTER UPDATE ON refund_request FOR EACH ROW EXECUTE FUNCTION refund_request_update_moves_version();
ALTER TABLE refund_request ENABLE ALWAYS TRIGGER refund_request_update_moves_version
    """,
]


def upgrade() -> None:
    plain = op.get_bind().execution_options(no_parameters=True)
    for statement in SQLITE if plain.dialect.name == "sqlite" else POSTGRESQL:
        plain.exec_driver_sql(statement)
