"""Final inspection: a photograph of the finished piece held against the outlines that were approved.

Pure: no Flask, no database. It is an aid beside the jeweller's own look and takes its place nowhere: it was
tried on rendered photographs, and renders prove nothing of real metal. What reads pictures runs in a process
of its own (see `artwork/sandbox.py`), which imports these modules one by one, so nothing stands here.
"""
