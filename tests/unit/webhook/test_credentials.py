"""Which credentials open the webhook."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cometchat.samples import HMAC_SECRET, PASSWORD, USERNAME, basic, signature
from webhook.credentials import SIGNATURE_HEADER, Credentials, verify
from webhook.errors import RefusalReason, Refused

BODY = b'{"trigger":"call_initiated"}'
BOTH = Credentials(HMAC_SECRET.encode(), f"{USERNAME}:{PASSWORD}".encode())
ONLY_HMAC = Credentials(HMAC_SECRET.encode(), None)
ONLY_BASIC = Credentials(None, f"{USERNAME}:{PASSWORD}".encode())
GOOD_SIGNATURE = signature(BODY)
GOOD_BASIC = basic()


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def refusal(headers: dict[str, str], *versions: Credentials, body: bytes = BODY) -> RefusalReason | None:
    try:
        verify(headers, body, versions)
    except Refused as refused:
        return refused.reason
    return None


def test_signature_of_rfc_4231() -> None:
    """Test case 2 of the RFC, so that the algorithm is not checked against itself."""
    body = b"what do ya want for nothing?"
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert refusal({SIGNATURE_HEADER: expected}, Credentials(b"Jefe", None), body=body) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "0" * 64,
        GOOD_SIGNATURE[:-1],
        GOOD_SIGNATURE[:-2],
        GOOD_SIGNATURE + "0",
        f" {GOOD_SIGNATURE}",
        f"{GOOD_SIGNATURE} ",
        f"{GOOD_SIGNATURE}\n",
        f"sha256={GOOD_SIGNATURE[:-1]}",
        f"SHA256={GOOD_SIGNATURE}",
        f"sha256=sha256={GOOD_SIGNATURE}",
        f"sha256= {GOOD_SIGNATURE}",
        f"sha1={GOOD_SIGNATURE}",
        f"{GOOD_SIGNATURE},{GOOD_SIGNATURE}",
        GOOD_SIGNATURE.replace(GOOD_SIGNATURE[0], "é"),
        "\u0660" * 64,
        "\uff10" * 64,
        "\ud800" * 64,
        "\x00" * 64,
        signature(BODY + b" "),
        signature(BODY, "another secret"),
        signature(BODY, ""),
        encoded("x" * 32),
    ],
)
def test_wrong_signature_is_refused_even_if_basic_is_right(wrong: str) -> None:
    assert refusal({SIGNATURE_HEADER: wrong}, BOTH) == "wrong signature"
    assert refusal({SIGNATURE_HEADER: wrong, "authorization": GOOD_BASIC}, BOTH) == "wrong signature"


@pytest.mark.parametrize(
    "right", [GOOD_SIGNATURE.upper(), f"sha256={GOOD_SIGNATURE}", f"sha256={GOOD_SIGNATURE.upper()}"]
)
def test_a_signature_may_be_written_as_other_senders_write_it(right: str) -> None:
    assert refusal({SIGNATURE_HEADER: right}, BOTH) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "Basic",
        "Basic ",
        f"Bearer {GOOD_BASIC.split()[1]}",
        f"Digest {GOOD_BASIC.split()[1]}",
        f"Basic\t{GOOD_BASIC.split()[1]}",
        f" {GOOD_BASIC}",
        f"{GOOD_BASIC}=",
        f"{GOOD_BASIC},{GOOD_BASIC}",
        f"{GOOD_BASIC}, {GOOD_BASIC}",
        f"Basic {USERNAME}:{PASSWORD}",
        "Basic not*base64",
        "Basic é",
        "Basic \ud800",
        f"Basic {encoded(USERNAME + PASSWORD)}",
        f"Basic {encoded(f'{USERNAME}:')}",
        f"Basic {encoded(f':{PASSWORD}')}",
        f"Basic {encoded(':')}",
        f"Basic {encoded(f'{USERNAME}:{PASSWORD}:')}",
        f"Basic {encoded(f'{USERNAME}:{PASSWORD}')[:-4]}",
        f"Basic {encoded(f'{USERNAME.upper()}:{PASSWORD}')}",
        f"Basic {encoded(f'{USERNAME}:{PASSWORD.upper()}')}",
        f"Basic {encoded(f'{USERNAME}:{PASSWORD}\x00')}",
    ],
)
def test_wrong_basic_is_refused_even_if_the_signature_is_right(wrong: str) -> None:
    assert refusal({"authorization": wrong}, BOTH) == "wrong basic credentials"
    assert refusal({"authorization": wrong, SIGNATURE_HEADER: GOOD_SIGNATURE}, BOTH) == "wrong basic credentials"


@pytest.mark.parametrize("right", [GOOD_BASIC, GOOD_BASIC.replace("Basic", "BASIC"), GOOD_BASIC.replace("B", "b", 1)])
def test_the_case_of_the_scheme_does_not_matter(right: str) -> None:
    assert refusal({"authorization": right}, BOTH) is None


def test_more_than_one_space_after_the_scheme_is_accepted() -> None:
    assert refusal({"authorization": GOOD_BASIC.replace(" ", "   ")}, BOTH) is None


def test_a_password_may_hold_colons_and_any_language() -> None:
    credentials = Credentials(None, "user:pä:ß:🔑".encode())

    assert refusal({"authorization": basic("user", "pä:ß:🔑")}, credentials) is None


@pytest.mark.parametrize("versions", [(BOTH,), (ONLY_HMAC,), (ONLY_BASIC,), ()])
@pytest.mark.parametrize("headers", [{}, {"x-signature": GOOD_SIGNATURE}, {"proxy-authorization": GOOD_BASIC}])
def test_no_credential_is_refused(headers: dict[str, str], versions: tuple[Credentials, ...]) -> None:
    assert refusal(headers, *versions) == "no credential"


def test_a_kind_that_the_secret_does_not_hold_counts_neither_for_nor_against() -> None:
    assert refusal({"authorization": GOOD_BASIC}, ONLY_HMAC) == "no credential"
    assert refusal({SIGNATURE_HEADER: GOOD_SIGNATURE}, ONLY_BASIC) == "no credential"
    assert refusal({SIGNATURE_HEADER: GOOD_SIGNATURE, "authorization": "Bearer x"}, ONLY_HMAC) is None
    assert refusal({SIGNATURE_HEADER: "junk", "authorization": GOOD_BASIC}, ONLY_BASIC) is None


def test_both_right_are_accepted() -> None:
    assert refusal({SIGNATURE_HEADER: GOOD_SIGNATURE, "authorization": GOOD_BASIC}, BOTH) is None


@pytest.mark.parametrize("versions", [("new", "old"), ("old", "new")])
def test_both_versions_of_a_secret_are_accepted_during_a_rotation(versions: tuple[str, str]) -> None:
    rotating = [Credentials(name.encode(), f"user:{name}".encode()) for name in versions]

    for name in ("new", "old"):
        assert refusal({SIGNATURE_HEADER: signature(BODY, name)}, *rotating) is None
        assert refusal({"authorization": basic("user", name)}, *rotating) is None
    assert refusal({SIGNATURE_HEADER: signature(BODY, "older")}, *rotating) == "wrong signature"
    assert refusal({"authorization": basic("user", "older")}, *rotating) == "wrong basic credentials"


@given(st.binary(max_size=200), st.integers(min_value=0), st.integers(min_value=1, max_value=255))
def test_one_changed_byte_invalidates_the_signature(body: bytes, position: int, change: int) -> None:
    altered = bytearray(body or b"x")
    position %= len(altered)
    altered[position] ^= change

    assert refusal({SIGNATURE_HEADER: signature(body or b"x")}, BOTH, body=bytes(altered)) == "wrong signature"


@given(st.text() | st.from_regex(r"\A[0-9a-f]{64}\Z"), st.text() | st.builds("Basic {}".format, st.text()), st.binary())
def test_no_random_header_opens_it(presented: str, authorization: str, body: bytes) -> None:
    assert refusal({SIGNATURE_HEADER: presented, "authorization": authorization}, BOTH, body=body) is not None
    assert refusal({SIGNATURE_HEADER: presented}, BOTH, body=body) is not None
    assert refusal({"authorization": authorization}, BOTH, body=body) is not None


@given(st.text(), st.text())
def test_only_the_very_username_and_password_open_it(username: str, password: str) -> None:
    opens = refusal({"authorization": basic(username, password)}, BOTH) is None

    assert opens == (f"{username}:{password}" == f"{USERNAME}:{PASSWORD}")
