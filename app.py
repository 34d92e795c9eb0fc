"""The WSGI application. `python app.py` serves it on this machine, with its worker beside it."""

if __name__ == "__main__":
    from shop.serve.first import serve
    from shop.settings import SettingsError, from_environment

    try:
        settings = from_environment()
    except SettingsError as refused:
        raise SystemExit(str(refused)) from None
    serve(settings)
else:
    import gc

    from shop.application import create_app

    app = create_app()
    gc.freeze()  # what is made at the start stays: no request need go through it again
