"""Identifies the users of phones. First checks that the layer with the compiled packages fits this processor."""

from shared.layer_check import check_layer_architecture

check_layer_architecture()
