"""Bodies that are no JSON object in UTF-8, for both APIs."""

_CALL = b'{"trigger": "call_initiated", "token": "' + b"ab" * 32 + b'"}'

NOT_JSON_OBJECTS: dict[str, bytes] = {
    "empty": b"",
    "a space": b" ",
    "NUL": b"\x00",
    "null": b"null",
    "a number": b"7",
    "a string": b'"x"',
    "a list": b"[]",
    "an object in a list": b"[" + _CALL + b"]",
    "two objects": _CALL + _CALL,
    "not closed": b"{",
    "single quotes": b"{'a': 1}",
    "a comma too much": b'{"a": 1,}',
    "a comment": b'{"a": 1} // x',
    "NaN": b'{"token": NaN, "trigger": NaN}',
    "Infinity": b'{"token": Infinity, "trigger": Infinity}',
    "-Infinity": b'{"token": -Infinity, "trigger": -Infinity}',
    "a number of 5,000 digits": b'{"token": ' + b"9" * 5_000 + b', "trigger": ' + b"9" * 5_000 + b"}",
    "lists nested 50,000 deep": b"[" * 50_000,
    "objects nested 10,000 deep": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "a byte order mark": b"\xef\xbb\xbf" + _CALL,
    "not UTF-8": b'{"token": "\xff\xfe", "trigger": "\xff\xfe"}',
    "a surrogate in UTF-8": b'{"token": "\xed\xa0\x80", "trigger": "\xed\xa0\x80"}',
    "overlong UTF-8": b'{"token": "\xc0\xaf", "trigger": "\xc0\xaf"}',
    "UTF-16": _CALL.decode().encode("utf-16"),
    "UTF-32": _CALL.decode().encode("utf-32"),
    "a line break within a string": b'{"token": "a\nb", "trigger": "a\nb"}',
    "a form": b"token=ab&trigger=call_initiated",
    "XML": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
}
