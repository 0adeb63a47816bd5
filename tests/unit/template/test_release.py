"""A change of a parameter or a layer alone publishes new versions, and `live` runs them.

SAM names a version after what is hashed into it, and CloudFormation makes anew what has a new name. That a changed
layer and a changed parameter arrive, tests/e2e/test_deployments.py shows.
"""

from functools import cache
from typing import Any

import pytest

from tests.support.aws.template import translated_template
from tests.support.aws.translated_template import FUNCTIONS

translated = cache(translated_template)


def live(template: dict[str, Any], function: str) -> str:
    """The logical id of the version that the alias runs."""
    version: str = template["Resources"][f"{function}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
    assert template["Resources"][version]["Type"] == "AWS::Lambda::Version"
    return version


@pytest.mark.parametrize("function", FUNCTIONS)
def test_another_release_is_another_version(function: str) -> None:
    """make deploy's hash is of the parameters, too, whose values SAM does not look at itself."""
    one, same, other = (translated(Release=release) for release in ("1", "1", "2"))

    assert live(one, function) == live(same, function) != live(other, function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_without_a_release_a_changed_parameter_would_not_run(function: str) -> None:
    """Why `sam deploy` alone is not enough."""
    one, other = (translated(RingSeconds=seconds) for seconds in ("45", "60"))

    assert live(one, function) == live(other, function)
