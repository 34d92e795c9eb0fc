"""Wrong passwords from one process: `python attacker.py URL TRIES`, then a line to start."""

import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from shop.application import create_app
from shop.settings import Settings
from tests.accounts.helpers import sign_in
from tests.keys import VAULT_KEY, keys_url

if __name__ == "__main__":
    app = create_app(
        Settings(
            database_url=sys.argv[1],
            secret_key="a secret for tests",
            vault_key=VAULT_KEY,
            keys_url=keys_url(sys.argv[1]),
            instance_dir=Path(sys.argv[3]),
            site_url="http://localhost",
        )
    )
    browser = app.test_client()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    seen = Counter(sign_in(browser, password="not the password").status_code for _ in range(int(sys.argv[2])))
    app.extensions["shop"].database.dispose()
    sys.stdout.writelines(f"{status} {count}\n" for status, count in seen.items())
