"""Rings phones. Checks first that the layer with the compiled packages can be loaded at all."""

from shared.layer_check import check_layer_architecture

check_layer_architecture()
