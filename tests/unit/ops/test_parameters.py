"""Parameters as text: what SAM writes and reads, we read alike."""

from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from samcli.cli.types import CfnParameterOverridesType
from samcli.commands.deploy.guided_config import GuidedConfig

from ops.errors import InvalidSetting
from ops.stack import parameters

NAMES = st.text("abcXYZ019", min_size=1, max_size=8)
# SAM's own form can't say every text: a backslash before a quote, a blank or the end comes back as another one.
TEXTS = st.text(st.characters(exclude_characters="\\", exclude_categories=["Cs"]))


def guided(values: Mapping[str, str]) -> str:
    """As `sam deploy --guided` writes them into samconfig.toml."""
    return " ".join(f"{name}={GuidedConfig.quote_parameter_values(value)}" for name, value in values.items())


@given(st.dictionaries(NAMES, TEXTS))
def test_what_sam_writes_comes_back(values: dict[str, str]) -> None:
    assert parameters.parse(guided(values)) == values


@given(st.dictionaries(NAMES, TEXTS, min_size=1))
def test_sam_reads_it_alike(values: dict[str, str]) -> None:
    assert CfnParameterOverridesType().convert(guided(values), None, None) == parameters.parse(guided(values))


@example("a=B\\ ")
@example("a=B\\\nB")
@given(st.text("aB=\"' \\,é\n", max_size=30))
def test_whatever_is_read_sam_reads_alike(line: str) -> None:
    """But for `Name=`, which SAM refuses, and we take for an empty value."""
    try:
        read = parameters.parse(line)
    except InvalidSetting:
        return
    if read and all(read.values()):
        assert CfnParameterOverridesType().convert(line, None, None) == read


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ("", {}),
        ([], {}),
        (["A=1", "B=two words"], None),
        (["A=1", 'B="two words"'], {"A": "1", "B": "two words"}),
        ("A= B=''", {"A": "", "B": ""}),
        ("A=1 A=2", {"A": "2"}),
        ("A=https://a/?b=c&d=$HOME", {"A": "https://a/?b=c&d=$HOME"}),
        ({"A": 1, "B": True}, {"A": "1", "B": "True"}),
        ("BundleId", None),
        ('A="never ends', None),
        ("A=1,B", {"A": "1,B"}),
        ("ParameterKey=A,ParameterValue=1", {"ParameterKey": "A,ParameterValue=1"}),
    ],
)
def test_every_form_of_samconfig(overrides: str | list[str], expected: dict[str, str] | None) -> None:
    if expected is None:
        with pytest.raises(InvalidSetting, match="expected Name=value"):
            parameters.parse(overrides)
    else:
        assert parameters.parse(overrides) == expected
