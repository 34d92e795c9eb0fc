"""`create_app` wires everything: settings, database, payments, and a blueprint per topic."""

from flask import Flask

from shop import assets, web
from shop.accounts.routes import blueprint as accounts
from shop.db import Database
from shop.settings import Settings, from_environment


def create_app(settings: Settings | None = None) -> Flask:
    """The shop as a WSGI application.

    Raises SettingsError when the environment cannot be used.
    """
    settings = settings or from_environment()
    app = Flask(
        "shop",
        template_folder="../templates",
        static_folder="../static",
        instance_path=str(settings.instance_dir),
    )
    app.extensions["shop.settings"] = settings
    app.extensions["shop.database"] = Database(settings.database_url)
    web.init_app(app)
    assets.init_app(app)
    app.register_blueprint(accounts)
    return app
