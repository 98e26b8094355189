"""Tests of the way from a running function to its Wengert list."""
