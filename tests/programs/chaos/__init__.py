"""Many calls under many faults on the local stack, and books that must balance: `make chaos`."""
