"""Somebody's own hand for the metal: writing, prints, drawings, signatures, from a photograph to outlines.

Pure: no Flask, no database. What reads pictures runs in a process of its own (`sandbox.py`), which imports
these modules one by one and nothing else of the shop; so import the module that you need, for nothing
stands here.
"""
