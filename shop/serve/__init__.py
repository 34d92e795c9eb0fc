"""Serving on this machine: web processes and a worker, started, watched and ended by `supervisor`.

Each web process takes connections with granian (`listening`), reads what is sent in an event loop
(`request_bodies`), answers from memory there, and only then takes a thread for the application
(`bridge`): who sends slowly holds none. Nothing in the shop depends on granian: `app.py` is a WSGI
application for any server.
"""
