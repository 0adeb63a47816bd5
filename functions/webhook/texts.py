"""Texts that come from strangers: made valid, and fit for a lock screen."""

# Line breaks and tabs become spaces; other control characters go, and what changes the direction of the text around it.
_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
_DIRECTIONS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_CLEANED: dict[int, str | None] = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), *map(ord, _DIRECTIONS)]
) | dict.fromkeys(map(ord, _SPACES), " ")


def repaired(text: str) -> str:
    """With U+FFFD for each half of a surrogate pair: a text that was cut by UTF-16 units ends in one."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def name(text: str) -> str:
    """A name as it may be shown."""
    return text.translate(_CLEANED).strip()
