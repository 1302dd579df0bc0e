"""A web container's health check: is it ready? Exit 0 or 1, in less than the check's own timeout."""

import sys
import urllib.error
import urllib.request

URL = "http://127.0.0.1:8000/readyz"
TIMEOUT_SECONDS = 4


def main() -> int:
    try:
        with urllib.request.urlopen(URL, timeout=TIMEOUT_SECONDS):
            return 0
    except (OSError, urllib.error.URLError) as error:
        print(error)
        return 1


if __name__ == "__main__":
    sys.exit(main())
