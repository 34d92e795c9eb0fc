"""The WSGI application. `python app.py` serves it on this machine, with its worker beside it.

`python app.py --prepare` makes the database ready first, as `make run` does.
`flask --app app` finds its commands here.
"""

import gc

gc.disable()  # what is imported stays: to look through it again and again would be a tenth of the start

if __name__ == "__main__":
    import sys

    from shop.settings import SettingsError, from_environment

    try:
        settings = from_environment()
    except SettingsError as refused:
        raise SystemExit(str(refused)) from None
    from shop.serve.startup import serve

    serve(settings, prepare="--prepare" in sys.argv[1:])
else:
    from shop import command_line

    if command_line.is_looked_through():
        app = command_line.create_command_line()
    else:
        from shop.application import create_app

        app = create_app()
    gc.freeze()  # what is made at the start stays: no request need go through it again
    gc.enable()
