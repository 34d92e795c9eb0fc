"""A first process with three children, as small as they can be: `supervised.py WHAT`."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHILD = """
import signal, sys, time
sys.path.insert(0, {root!r})
from shop.serve.lifeline import end_with_parent
end_with_parent()
{prelude}
time.sleep(1000)
"""
PRELUDES = {
    "plain": "",
    "deaf": "signal.signal(signal.SIGTERM, signal.SIG_IGN)",
    "unable": "sys.exit(78)",
    "dying": "sys.exit(1)",
}

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from shop.serve.supervisor import Child, Supervisor

    code = CHILD.format(root=str(ROOT), prelude=PRELUDES[sys.argv[1]])
    children = [Child([sys.executable, "-S", "-c", code]) for _ in range(3)]
    sys.exit(Supervisor(children, gives_up=lambda status: status == 78).run())
