"""Prints what the checks have found: causes first, with their consequences under them."""

from collections.abc import Sequence

from ops.doctor.causes import Fault, faults
from ops.doctor.findings import Finding, Note, NotExamined, Ok, Problem

_BEYOND = "the users' phones and the app"


def report(findings: Sequence[Finding]) -> int:
    """Returns 0 if there was no fault."""
    found = faults([each for each in findings if isinstance(each, Problem)])
    for fault in found:
        _print_fault(fault)
    for finding in findings:
        if isinstance(finding, Note):
            print(f"note   {finding.what}")
    for finding in findings:
        if isinstance(finding, Ok):
            print(f"ok     {finding.what}")
    not_examined = "; ".join([*(each.what for each in findings if isinstance(each, NotExamined)), _BEYOND])
    print(f"\n{len(found)} fault(s)." if found else f"\nNothing is wrong. Not examined: {not_examined}.")
    return 1 if found else 0


def _print_fault(fault: Fault) -> None:
    cause = fault.cause
    print(f"FAULT  {cause.code}: {cause.what}\n       -> {cause.remedy}\n       -> {cause.link}")
    if fault.consequences:
        print("       because of that:")
    for each in fault.consequences:
        print(f"         {each.code}: {each.what}")
