"""A cold environment of the push function, as far as its provider token goes: reads a key, prints the token.

python -m tests.support.apns.fresh_provider_token NOW_MS < SECRET
"""

import sys

from push.apns.key import parse_keys
from push.apns.provider_token import ProviderTokens

if __name__ == "__main__":
    now_ms = int(sys.argv[1])
    key = parse_keys(sys.stdin.read())["production"]
    print(ProviderTokens(lambda: now_ms).token(key), end="")
