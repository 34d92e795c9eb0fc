"""The same words give the same bytes: in any process, under any locale, on any machine."""

import os
import subprocess
import sys

import pytest

from tests.engraving.same_bytes import digests

pytestmark = pytest.mark.slow

PINNED = {
    "great-vibes": "5aabe6c292185997b7774b884f1598bf32542faa98f2ed4b0bf0c1b01a9a0bb3",
    "marcellus": "837d3dbd6d669fece58e7ac475dc3b4bb3cf3cbf2c6abf44cb59efefa45984b7",
    "courier-prime": "ec3d311cc96e473c5738e392dc874475d3c0994d14f666acd54438a5f304e109",
    "cormorant-sc": "c5f19901b9670efe9541f7ee8907537d1fa213f1b8561afaa47717515d0206e1",
    "rubik": "6dce0f7c02c7dabdbf67c64cc86442805b7c539da21ff67a49d3ecc8549ecb92",
    "noto-serif": "1241a62e53072f1b260dfe159994f2dba37f653c1d511dd9be0b6b0fc40eaefa",
    "noto-serif-armenian": "7b4e517d705283a874199bd93079cbba3df5168ce82b1da74096f4663e14f10c",
    "noto-serif-georgian": "d752ce7b2665863bc24999d62cbfc088efa074d88fdc8a3abdcb7094895f29ea",
    "noto-serif-hebrew": "64b600d65fe1c95dcc2a887600dca6d38620b54d554269f6c811281bdb79e16e",
    "noto-naskh-arabic": "a5507f3419a58f522ba7ce1c994c2f973fb5d655006e3ad78c052968fc058c59",
    "noto-nastaliq-urdu": "b4838fcf1c301b5701ed13a69b1923a4df02f6be502493519d32e0686320104f",
    "noto-sans-devanagari": "52ba4c19a5ceaf948c097a9a61453cab2f44473e910b57b6d2c6aa3bac92919a",
    "noto-sans-bengali": "b2a23fad5fe43693b0235c94460574ddf83fc7a0365c841a2716535cf4f10ca7",
    "noto-sans-gurmukhi": "760bad75f61792224ea3a42f25b230cc87d69a8051e00ccbd45c487b0da24208",
    "noto-sans-gujarati": "68e5e64a722acfc89fca8e876730a4890f4dff4fabce0e4f7468731cc7f0249b",
    "noto-sans-oriya": "9d59b58af76b9737cc7eddc0eca47fcbebe9e31ed22738a1a91e581da45227cb",
    "noto-sans-tamil": "3fd5a718231e4bc378e9c65f002efb6d759864c249e7ac69d953931723b79d88",
    "noto-sans-telugu": "8224cf90e93c31fe633efa9f7d9c978d7b637ac3442ca861409508ded58e28c3",
    "noto-sans-kannada": "b5f54cf31daaee7bf2cb0526017e15e4309ca7f9148392a4ca2823290e3a3577",
    "noto-sans-malayalam": "5121fd0e25c44bfc918fd591b2e8c8ac1f9407f0e5facd9fa02b20c6ed868fce",
    "noto-sans-sinhala": "0c201c51242f930bd3bb742f5ddf5ba2d44e223be7319e7120890ea5447004e5",
    "noto-serif-thai": "1bd109aef34d80db914dc2521aed67ad59b79c1e1b2bfbdae7fbe0112195d594",
    "noto-sans-lao": "6bc4a2dce41c5978a935a190bd2e219ca24300f73d1f53554b88783fa20ff15a",
    "noto-sans-khmer": "b551562cb4956518bd88c15d00b49c3bc7fb526312c3a4eef147e4cb890328b2",
    "noto-sans-myanmar": "892eb0e455d5155294c6ab41ec48a9b5d660012e6cf062b07a9631785a8fbbb5",
    "noto-serif-ethiopic": "6bfe6e403f72243e4b80df73102eae8088d372299f8fe08288ef562526eaeb15",
    "noto-chinese-simplified": "a34197e396157a5f4e910fbe151bb53d5b09b225958ba0429efcc3c828371e75",
    "noto-chinese-traditional": "2c98a217749c38d507740075f7a6ae6fc64ad46fcd401bf38903ba30e4a510f9",
    "noto-chinese-hong-kong": "d02eeb1eb1c5ffb8e13982ccf3a6e966fa626defd38f4d40507ae76e7805408c",
    "noto-japanese": "97616a5bf1149bd4700b7df3c0b7d39381de6eadc0b1662fc0389f4e0835a990",
    "noto-korean": "b76213a7cdb5c61fb96268bf686c26403c10de9d11aebd227f767d28208c6b7e",
}
"""Whoever changes one of these changes what was shown to people who have already ordered: say so, and why."""


def test_the_drawings_are_those_that_were_pinned() -> None:
    assert digests() == PINNED


@pytest.mark.parametrize(("seed", "locale"), [("1", "tr_TR.UTF-8"), ("2718", "C")])
def test_another_process_draws_the_same(seed: str, locale: str) -> None:
    elsewhere = {"PYTHONHASHSEED": seed, "LANG": locale, "LC_ALL": locale, "TZ": "Asia/Kathmandu"}
    printed = subprocess.run(
        [sys.executable, "-m", "tests.engraving.same_bytes"],
        env={**os.environ, **elsewhere},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert dict(line.split() for line in printed.splitlines()) == PINNED
