"""How credentials are compared: by hmac.compare_digest alone, on bytes of one length, whatever is presented."""

import hmac
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.cometchat.samples import HMAC_SECRET, PASSWORD, USERNAME, basic, signature
from webhook.credentials import SIGNATURE_HEADER, Credentials, verify
from webhook.errors import Refused

BODY = b'{"trigger": "call_initiated"}'
DIGEST_BYTES = 32


class Secret(bytes):
    """Bytes that nobody may compare by other means, or look into."""

    def _refuse(self, *_: object) -> Any:
        raise AssertionError("a secret was compared byte by byte")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __contains__ = __getitem__ = _refuse
    __hash__ = bytes.__hash__
    startswith = endswith = find = index = count = _refuse


SECRET, PAIR = Secret(HMAC_SECRET.encode()), Secret(f"{USERNAME}:{PASSWORD}".encode())
VERSIONS = [Credentials(SECRET, PAIR), Credentials(Secret(b"former-key"), None), Credentials(None, Secret(b"a:b"))]
KINDS = {SIGNATURE_HEADER: 2, "authorization": 2}
"""How many versions have a credential of that kind."""


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, Any]]:
    """The pairs that were given to hmac.compare_digest."""
    pairs: list[tuple[Any, Any]] = []
    compare = hmac.compare_digest

    def recording(one: Any, other: Any) -> bool:
        pairs.append((one, other))
        return compare(one, other)

    monkeypatch.setattr(hmac, "compare_digest", recording)
    return pairs


def let_in(headers: dict[str, str]) -> bool:
    try:
        verify(headers, BODY, VERSIONS)
    except Refused:
        return False
    return True


def check(pairs: list[tuple[Any, Any]]) -> None:
    for pair in pairs:
        assert [type(value) for value in pair] == [bytes, bytes]
        assert [len(value) for value in pair] == [DIGEST_BYTES, DIGEST_BYTES]


SIGNATURES = (
    st.text() | st.from_regex(r"\A[0-9a-f]{64}\Z") | st.sampled_from([signature(BODY), signature(BODY).upper()])
)
AUTHORIZATIONS = (
    st.text()
    | st.builds(basic, st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")))
    | st.sampled_from([basic(), basic() + "=", basic()[:-2]])
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=500)
@given(st.fixed_dictionaries({}, optional={SIGNATURE_HEADER: SIGNATURES, "authorization": AUTHORIZATIONS}))
def test_whatever_is_presented(compared: list[tuple[Any, Any]], headers: dict[str, str]) -> None:
    compared.clear()

    accepted = let_in(headers)

    check(compared)
    if accepted:
        # With every version, whichever it was that matched: the time taken does not tell.
        assert len(compared) == sum(KINDS[name] for name in headers)


@pytest.mark.parametrize(
    ("headers", "pairs"),
    [
        ({SIGNATURE_HEADER: signature(BODY)}, 2),
        ({SIGNATURE_HEADER: signature(BODY, "former-key")}, 2),
        ({SIGNATURE_HEADER: "0" * 64}, 2),
        ({"authorization": basic()}, 2),
        ({"authorization": basic("a", "b")}, 2),
        ({"authorization": basic("a", "")}, 2),
        ({"authorization": basic("", "x" * 5_000)}, 2),
        ({SIGNATURE_HEADER: signature(BODY), "authorization": basic()}, 4),
    ],
)
def test_what_is_well_formed_is_compared_with_every_version(
    compared: list[tuple[Any, Any]], headers: dict[str, str], pairs: int
) -> None:
    with suppress(Refused):
        verify(headers, BODY, VERSIONS)

    check(compared)
    assert len(compared) == pairs


@pytest.mark.parametrize("compare", [lambda: SECRET == b"x", lambda: b"x" in PAIR, lambda: PAIR.startswith(b"x")])
def test_another_comparison_would_be_seen(compare: Any) -> None:
    with pytest.raises(AssertionError, match="byte by byte"):
        compare()
