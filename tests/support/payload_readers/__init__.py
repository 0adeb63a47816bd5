"""Test doubles of the code in apps that reads a VoIP push: casts, defaults, crashes, as the real one has them.

Each reader takes the push's dictionary and returns the call that it reports to CallKit.
"""
