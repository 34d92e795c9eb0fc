"""The WSGI application. `python app.py` serves it on this machine, with its worker beside it."""

from shop.application import create_app

app = create_app()

if __name__ == "__main__":
    from shop.serve import serve

    serve(app)
