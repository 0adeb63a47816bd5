"""`python -m local.services.ministack`: MiniStack, and functions are updated as CloudFormation does it, in place.

MiniStack itself replaces a function: versions and aliases are gone, and what is being worked on is killed, so that
nothing could be learned from a deployment.
"""

from typing import Any

from ministack.app import main
from ministack.services.cloudformation import provisioners
from ministack.services.lambda_svc import _functions, invalidate_worker

_CODE = ("code_zip", "code_s3_bucket", "code_s3_key", "code_s3_object_version")


def _update_function(
    name: str, old: dict[str, Any], new: dict[str, Any], stack_name: str
) -> tuple[str, dict[str, Any]]:
    """Under another name it is made as usual; what came of it is then $LATEST of the one that there is."""
    function = _functions[name]
    made_as = f"{name}-update"
    provisioners._lambda_create(name, {**new, "FunctionName": made_as}, stack_name)
    made = _functions.pop(made_as)
    arn = function["config"]["FunctionArn"]
    function["config"] = {**made["config"], "FunctionName": name, "FunctionArn": arn}
    function.update({key: made[key] for key in _CODE})
    invalidate_worker(name, qualifier="$LATEST")
    return name, {"Arn": arn}


provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]["update"] = _update_function

if __name__ == "__main__":
    main()
