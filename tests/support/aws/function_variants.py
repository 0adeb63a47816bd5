"""A deployed function once more, under another name and with other settings, beside the one that others use."""

import io
import json
import secrets
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ops.stack import emulated_aws
from ops.stack.description import StackDescription
from ops.stack.directory import StackDirectory


@contextmanager
def variant(
    description: StackDescription, directory: StackDirectory, function: str, variables: Mapping[str, str]
) -> Iterator[Callable[[Mapping[str, Any]], Any]]:
    """Yields a function that invokes it and returns its answer, or the error that it ended with.

    It logs where the original logs.
    """
    client = emulated_aws.client("lambda", description.aws_endpoint_url)
    original = client.get_function_configuration(FunctionName=f"{description.stack_name}-{function}")
    name = f"{original['FunctionName']}-{secrets.token_hex(3)}"
    client.create_function(
        FunctionName=name,
        Runtime=original["Runtime"],
        Handler=original["Handler"],
        Role=original["Role"],
        Timeout=original["Timeout"],
        MemorySize=original["MemorySize"],
        Architectures=original["Architectures"],
        Layers=[layer["Arn"] for layer in original["Layers"]],
        LoggingConfig=original["LoggingConfig"],
        # Under a name of its own, since what it may do is not what the original may.
        Environment={"Variables": {**original["Environment"]["Variables"], "AWS_SDK_UA_APP_ID": name, **variables}},
        Code={"ZipFile": _zipped(directory.build / f"{function.title()}Function")},
    )

    def invoke(event: Mapping[str, Any]) -> Any:
        answer = client.invoke(FunctionName=name, Payload=json.dumps(event))
        return json.loads(answer["Payload"].read())

    try:
        yield invoke
    finally:
        client.delete_function(FunctionName=name)


def _zipped(code: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(code.rglob("*")):
            archive.write(file, file.relative_to(code))
    return buffer.getvalue()
