"""Generic Wengert list + kinds of the arguments -> specialised Wengert list: see `specialiser.py`."""

from sourcead.transform.specialise.specialiser import Specialised, Specialiser, specialise

__all__ = ["Specialised", "Specialiser", "specialise"]
