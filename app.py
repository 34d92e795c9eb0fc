"""The WSGI application. `python app.py` serves it on this machine, with its worker beside it."""

if __name__ == "__main__":
    from shop.serve import serve
    from shop.settings import from_environment

    serve(from_environment())
else:
    from shop.application import create_app

    app = create_app()
