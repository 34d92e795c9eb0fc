"""What the database itself refuses: that an ended run, a difference or what became of it is rewritten."""

from typing import Final

from shop.giving.guards import Guard, triggers_of
from shop.triggers import Triggers

TABLES: Final = ("reconciliation_run", "difference", "difference_step")

GUARDS: Final = [
    Guard(
        "reconciliation_run_is_new",
        "reconciliation_run",
        "INSERT",
        "a run begins once, and has not ended then",
        "NEW.ended_at IS NOT NULL OR EXISTS (SELECT 1 FROM reconciliation_run WHERE id = NEW.id)",
    ),
    Guard(
        "reconciliation_run_ends_once",
        "reconciliation_run",
        "UPDATE",
        "a run that has ended is never changed",
        "OLD.ended_at IS NOT NULL OR NEW.id <> OLD.id OR NEW.begun_at <> OLD.begun_at"
        " OR NEW.begun_by <> OLD.begun_by OR NEW.mode <> OLD.mode OR NEW.book <> OLD.book",
    ),
    Guard(
        "difference_is_new",
        "difference",
        "INSERT",
        "this difference is written down already",
        "EXISTS (SELECT 1 FROM difference WHERE id = NEW.id OR (mode = NEW.mode AND book = NEW.book"
        " AND kind = NEW.kind AND about = NEW.about))",
    ),
    Guard(
        "difference_only_seen_again",
        "difference",
        "UPDATE",
        "a difference is never changed",
        "NEW.id <> OLD.id OR NEW.mode <> OLD.mode OR NEW.book <> OLD.book OR NEW.kind <> OLD.kind"
        " OR NEW.about <> OLD.about OR COALESCE(NEW.order_reference, '') <> COALESCE(OLD.order_reference, '')"
        " OR NEW.first_run_id <> OLD.first_run_id OR NEW.last_run_id < OLD.last_run_id",
    ),
    Guard(
        "difference_step_no_update",
        "difference_step",
        "UPDATE",
        "what became of a difference is never changed",
    ),
    Guard(
        "difference_step_is_next",
        "difference_step",
        "INSERT",
        "what became of a difference is written once, one after the other",
        "NEW.number <> COALESCE((SELECT max(number) FROM difference_step"
        " WHERE difference_id = NEW.difference_id), 0) + 1"
        " OR EXISTS (SELECT 1 FROM difference_step WHERE id = NEW.id)",
    ),
    *(Guard(f"{table}_no_delete", table, "DELETE", f"{table} is never deleted from") for table in TABLES),
]

TRIGGERS: Final[Triggers] = triggers_of(GUARDS)
