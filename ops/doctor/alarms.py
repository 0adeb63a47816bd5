"""Which alarms of the stack are ringing."""

from collections.abc import Iterator

from ops.doctor.findings import Finding, Note, Ok, Problem, ProblemCode
from ops.stack.deployed import DeployedStack


def alarms(stack: DeployedStack) -> Iterator[Finding]:
    # By name; of a composite alarm CloudFormation has the ARN.
    ours = {
        physical.rpartition(":alarm:")[2]: logical
        for logical, physical in stack.resources.items()
        if logical.endswith("Alarm")
    }
    if not ours:
        yield Note("the stack has no alarms (Monitoring=none): nobody is told when calls can't be rung")
        return
    pages = stack.client("cloudwatch").get_paginator("describe_alarms")
    found = [
        alarm
        for page in pages.paginate(AlarmTypes=["MetricAlarm", "CompositeAlarm"], AlarmNamePrefix=stack.name)
        for alarm in (*page.get("MetricAlarms", ()), *page.get("CompositeAlarms", ()))
        if alarm["AlarmName"] in ours
    ]
    ringing = [alarm for alarm in found if alarm["StateValue"] == "ALARM"]
    for alarm in ringing:
        logical = ours[alarm["AlarmName"]]
        yield Problem(
            ProblemCode.ALARM,
            f"{logical}: {alarm.get('AlarmDescription', '').strip()} ({alarm.get('StateReason', '')})",
            "its runbook says what to look at, in which order",
            runbook=f"docs/runbooks/alarms.md#{logical.lower()}",
        )
    if not ringing:
        yield Ok(f"none of {len(found)} alarms is ringing")
