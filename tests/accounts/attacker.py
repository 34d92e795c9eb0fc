"""Wrong passwords from one process, by two at once: `attacker.py URL TRIES FOLDER`, then a line to start."""

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
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

    def attack(tries: int) -> Counter[int]:
        browser = app.test_client()
        return Counter(sign_in(browser, password="not the password").status_code for _ in range(tries))

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(2) as pool:
        seen = sum(pool.map(attack, [int(sys.argv[2])] * 2), Counter[int]())
    app.extensions["shop"].database.dispose()
    sys.stdout.writelines(f"{status} {count}\n" for status, count in seen.items())
