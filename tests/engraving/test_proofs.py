"""One number for what was approved: it stays while nothing changes, and no change leaves it as it was."""

from dataclasses import replace

import pytest

from shop.engraving import Area, EngravedLine, Engraving, check, proof_digest, proof_of

BACK = Area("back", "Back", "disc", 16, 16, 2)
WORDS = {("front", 1): "Zoë", ("back", 1): "14.3.2018"}


@pytest.fixture
def engraving(disc: Area) -> Engraving:
    found = check([disc, BACK], "great-vibes", WORDS)
    assert found is not None
    return found


def test_a_proof_draws_the_sides_that_have_words(disc: Area) -> None:
    engraving = check([disc, BACK], "great-vibes", {("back", 1): "Zoë"})
    assert engraving is not None
    proof = proof_of([disc, BACK], engraving)
    assert list(proof.drawings) == ["back"]
    assert proof.drawings["back"].startswith("<svg")
    assert "Zoë" not in repr(proof)


def test_the_digest_stays_while_nothing_that_is_cut_changes(disc: Area, engraving: Engraving) -> None:
    digest = proof_digest([disc, BACK], engraving)
    assert len(digest) == 64
    assert digest == proof_digest([disc, BACK], Engraving.from_json(engraving.to_json()))
    renamed = replace(disc, label="Face", width_mm=16.0)
    assert digest == proof_digest([renamed, BACK], engraving)
    added = Area("rim", "Rim", "bar", 30, 5, 1)
    assert digest == proof_digest([disc, BACK, added], engraving), "a side without words is not cut"


@pytest.mark.parametrize(
    "change",
    [{"width_mm": 16.5}, {"height_mm": 15.5}, {"shape": "heart"}],
    ids=lambda change: next(iter(change)),
)
def test_a_change_of_the_metal_changes_the_digest(disc: Area, engraving: Engraving, change: dict) -> None:
    assert proof_digest([replace(disc, **change), BACK], engraving) != proof_digest([disc, BACK], engraving)


def test_a_change_of_a_letter_or_of_the_face_changes_the_digest(disc: Area, engraving: Engraving) -> None:
    first, *others = engraving.lines
    digests = {
        proof_digest([disc, BACK], changed)
        for changed in (
            engraving,
            replace(engraving, lines=(replace(first, text="Zoe"), *others)),
            replace(engraving, lines=(replace(first, line=2), *others)),
            replace(engraving, lines=(first,)),
            replace(engraving, face="marcellus"),
            replace(engraving, face_version="0" * 64),
        )
    }
    assert len(digests) == 6


def test_the_drawing_itself_is_in_the_digest(
    disc: Area, engraving: Engraving, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = proof_digest([disc, BACK], engraving)
    monkeypatch.setattr("shop.engraving.proofs.proof", lambda *_: "<svg/>")
    assert proof_digest([disc, BACK], engraving) != before


def test_words_on_a_side_the_piece_no_longer_has_are_in_the_digest_without_a_drawing(disc: Area) -> None:
    lost = Engraving("great-vibes", "0" * 64, (EngravedLine("gone", 1, "Zoë"),))
    assert not proof_of([disc], lost).drawings
