"""What publishes new versions. SAM names a version after what is hashed into it, and CloudFormation makes what is new.

That a changed layer and a changed parameter arrive, tests/e2e/test_deployments.py shows.
"""

from functools import cache
from typing import Any

import pytest

from tests.support.aws.template import CODE, translated_template
from tests.support.aws.translated_template import FUNCTIONS

translated = cache(translated_template)


def live(template: dict[str, Any], function: str) -> str:
    """The logical id of the version that the alias runs."""
    version: str = template["Resources"][f"{function}Aliaslive"]["Properties"]["FunctionVersion"]["Fn::GetAtt"][0]
    assert template["Resources"][version]["Type"] == "AWS::Lambda::Version"
    return version


@pytest.mark.parametrize("function", FUNCTIONS)
def test_another_release_is_another_version(function: str) -> None:
    """The hash of make deploy is of the parameters, too, whose values SAM does not look at itself."""
    one, same, other = (translated(release=release) for release in ("1", "1", "2"))

    assert live(one, function) == live(same, function) != live(other, function)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("part", ["code", "layers"])
def test_plain_sam_deploy_publishes_code_and_layers_also_after_make_deploy(part: str, function: str) -> None:
    """Its template has no release, and the place of the code in S3, which is a hash of it."""
    before, changed = {"code": CODE, "layers": CODE}, {"code": CODE, "layers": CODE, part: f"{CODE}-changed"}

    assert live(translated(**changed), function) != live(translated(**before), function)
    assert live(translated(**before), function) != live(translated(release="1"), function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_without_a_release_a_changed_parameter_would_not_run(function: str) -> None:
    """Why `sam deploy` alone is not enough; doctor finds what was deployed and does not run."""
    one, other = (translated(RingSeconds=seconds) for seconds in ("45", "60"))

    assert live(one, function) == live(other, function)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_release_is_in_the_functions_configuration(function: str) -> None:
    """Else Lambda would publish no version after a rollback: its last one has the same code and configuration."""
    variables = translated(release="1")["Resources"][function]["Properties"]["Environment"]["Variables"]

    assert variables["RELEASE"] == "1"
