"""Many calls under many faults on the local stack, and counts that must reconcile: `make chaos`."""
