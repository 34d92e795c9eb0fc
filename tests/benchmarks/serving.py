"""`python -m tests.benchmarks.serving TARGET` serves any application with the shop's own settings."""

import os
import sys

from shop.serve import server

if __name__ == "__main__":
    server(sys.argv[1], int(os.environ["PORT"])).serve()
