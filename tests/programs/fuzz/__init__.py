"""Odd requests and messages by the hundred thousand, guided by what they reach: `make fuzz`.

The functions run in this process, with the fakes of the unit tests around them and no network. The engine is our own:
those that can be had are compiled for Linux on x86 alone, and Python itself tells which lines and branches an input has
been the first to reach.
"""
