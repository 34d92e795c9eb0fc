"""A shop as small as one can be in Flask: a list, a product, and buying as one durable transaction."""

import os
from typing import Any

from flask import Flask, abort, redirect, render_template_string
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection, create_engine, event, text

URL = os.environ["BARE_DATABASE_URL"]
LIST = "<!doctype html><h1>Things</h1>{% for row in rows %}<p>{{ row.name }}: {{ row.pence }}</p>{% endfor %}"
PRODUCT = "<!doctype html><h1>{{ row.name }}</h1><p>{{ row.pence }}</p>"

app = Flask(__name__)
engine = create_engine(URL, connect_args={"timeout": 10} if URL.startswith("sqlite") else {})


def durable(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


if URL.startswith("sqlite"):
    event.listen(engine, "connect", durable)
    event.listen(engine, "begin", begin)


@app.get("/")
def things() -> str:
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT name, pence FROM product ORDER BY id")).all()
    return render_template_string(LIST, rows=rows)


@app.get("/products/<int:product_id>")
def product(product_id: int) -> str:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, pence FROM product WHERE id = :id"), {"id": product_id})
        row = found.one_or_none() or abort(404)
    return render_template_string(PRODUCT, row=row)


@app.post("/products/<int:product_id>/orders")
def buy(product_id: int) -> ResponseReturnValue:
    take = "UPDATE product SET stock = stock - 1 WHERE id = :id AND stock > 0 RETURNING pence"
    keep = "INSERT INTO purchase (product_id, pence, at) VALUES (:id, :pence, CURRENT_TIMESTAMP)"
    with engine.begin() as connection:
        row = connection.execute(text(take), {"id": product_id}).one_or_none() or abort(409)
        connection.execute(text(keep), {"id": product_id, "pence": row.pence})
    return redirect("/", 303)


def furnish() -> None:
    """Two tables and twenty products with stock enough for any run."""
    key = "INTEGER PRIMARY KEY" if URL.startswith("sqlite") else "SERIAL PRIMARY KEY"
    with engine.begin() as connection:
        connection.execute(
            text(
                f"CREATE TABLE product (id {key}, name TEXT NOT NULL, pence INT NOT NULL, stock INT NOT NULL)"
            )
        )
        connection.execute(
            text(f"CREATE TABLE purchase (id {key}, product_id INT, pence INT, at TEXT NOT NULL)")
        )
        connection.execute(
            text("INSERT INTO product (name, pence, stock) VALUES (:name, 4900, 1000000)"),
            [{"name": f"Thing {number}"} for number in range(20)],
        )


if __name__ == "__main__":
    furnish()
