"""The stand-in, a gateway to it and a visitor: the same as for the shop's own side of the wire."""

from tests.payments.conftest import gateway, keys, standin, tester, time, told, wanted, wire

__all__ = ["gateway", "keys", "standin", "tester", "time", "told", "wanted", "wire"]
