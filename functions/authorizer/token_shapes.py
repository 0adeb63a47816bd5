"""How the kinds of token are told apart."""

import re

# <uid>_<epoch seconds><30 hex digits>. The dots of a JWT are in none.
COMETCHAT_TOKEN = re.compile(r"([a-z0-9_-]{1,100})_[0-9a-f]{32,80}")
