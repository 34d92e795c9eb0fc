import random
import string

import pytest
import zxcvbn
from argon2 import PasswordHasher
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from shop.accounts import passwords

EMAIL = "melissa.williams@inremembrance.co.uk"


def test_a_password_is_hashed_with_the_parameters_we_chose() -> None:
    kept = passwords.hashed("a lamp left on for you")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert kept != passwords.hashed("a lamp left on for you"), "each hash has its own salt"
    assert not passwords.outdated(kept)


def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert passwords.outdated(PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash("x"))


@pytest.mark.parametrize(
    "password", ["  a lamp left on for you ", "Ünïcödé passphrase ✓", "x\0y and more of it", "z1" * 500]
)
def test_a_password_counts_exactly_as_it_was_typed(password: str) -> None:
    kept = passwords.hashed(password)
    assert passwords.verify(password, kept)
    for other in (password.strip() + "!", password.upper() + "a", password[:-1]):
        assert not passwords.verify(other, kept)


def test_without_a_hash_nothing_is_right_and_the_work_is_done_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    checked = []

    class Watching(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            checked.append(hash)
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", Watching(time_cost=2, memory_cost=19_456, parallelism=1))
    passwords._nobodys_hash.cache_clear()
    assert not passwords.verify("nobody signs in with this", None)
    assert len(checked) == 1
    assert "m=19456,t=2,p=1" in checked[0]


@pytest.mark.parametrize("broken", ["", "plain text", "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA"])
def test_a_damaged_hash_lets_nobody_in(broken: str) -> None:
    assert not passwords.verify("a lamp left on for you", broken)


def test_a_flood_is_not_hashed() -> None:
    flood = "x" * (passwords.MAX_LENGTH + 1)
    assert not passwords.verify(flood, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(flood))


@pytest.mark.parametrize(
    "password",
    [
        "a lamp left on for you",
        "593820471639",
        "jkwqzmbvxhtr",
        "ÄÖÜ straße ærø",
        "玫瑰在窗边静静地开着呢呀",
        "heart of the matter in june",
        "Melissa walked to the harbour",
        "é" * 3 + " drei kleine Enten",
        "k7" * 20 + "a longer tail, so that it is no pattern" + "q" * 60,
        "x" + "the harbour at low tide " * 40,
    ],
)
def test_any_composition_is_fine_if_it_is_long_and_not_easily_guessed(password: str) -> None:
    passwords.check(password, EMAIL)


@pytest.mark.parametrize("password", ["", "short", "eleven char"])
def test_a_short_password_is_refused(password: str) -> None:
    with pytest.raises(passwords.WeakPassword, match="at least 12 characters"):
        passwords.check(password, EMAIL)


def test_an_endless_password_is_refused() -> None:
    with pytest.raises(passwords.WeakPassword, match="at most 1000 characters"):
        passwords.check("ab3 " * 251, EMAIL)


@pytest.mark.parametrize(
    "password",
    ["aaaaaaaaaaaaaa", "abcabcabcabc", "ababababababab", "123456789012", "987654321098", "abcdefghijklmn"],
)
def test_what_repeats_or_counts_is_refused(password: str) -> None:
    with pytest.raises(passwords.WeakPassword, match=r"repeats or counts|tried first|first anyone"):
        passwords.check(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        EMAIL,
        "melissawilliams",
        "Melissa-Williams-2024",
        "In Remembrance!",
        "inremembrance.co.uk",
        "Part of Me 2024",
        "PartOfMePartOfMe1",
        "PANDAS-necklace",
        "password1234",
        "P@ssw0rd12345",
        "qwertyuiop123",
        "letmein-letmein!",
        "Welcome12345!",
        "correct horse battery staple",
        "Liverpool2024!",
    ],
)
def test_the_first_things_anyone_would_try_are_refused(password: str) -> None:
    with pytest.raises(passwords.WeakPassword, match=r"first anyone would try|tried first|repeats"):
        passwords.check(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    [
        "antidisestablishmentarianism",
        "Thermodynamically1!",
        "counterrevolutionary",
        "incomprehensibilities",
        "MICROCHIMERISM2024",
        "h0m30p4th1c4lly",
        "Donaudampfschifffahrt",
        "pneumonoultramicroscopic",
        "remembrancefulness",
        "  psychopharmacology  ",
    ],
)
def test_a_single_word_is_refused_however_long_it_is(password: str) -> None:
    with pytest.raises(passwords.WeakPassword, match="single word"):
        passwords.check(password, EMAIL)


@pytest.mark.parametrize(
    "password", ["twelve words", "iloveyouiloveyou 99", "02/03/1991 02/03/1991", "qazwsxedcrfv"]
)
def test_a_pattern_that_guessing_programs_know_is_refused_with_a_reason(password: str) -> None:
    with pytest.raises(passwords.WeakPassword, match=r"better|tried first"):
        passwords.check(password, EMAIL)


def test_of_the_names_and_words_of_twelve_letters_that_zxcvbn_knows_none_is_accepted() -> None:
    lists = [words for name, words in FREQUENCY_LISTS.items()]
    long = {word for words in lists for word in words if len(word) >= 12 and word.isalpha()}
    accepted = [word for word in sorted(long)[::10] if _accepts(word)]
    assert accepted == []
    assert len(long) > 1500


def test_letters_that_are_no_word_are_as_good_as_any() -> None:
    chosen = random.Random(8)
    made = ["".join(chosen.choices(string.ascii_lowercase, k=16)) for _ in range(200)]
    assert sum(_accepts(password) for password in made) > 180


@pytest.mark.parametrize("password", ["(+!|$@4{%5" * 100, "ab12" * 250, "the harbour at low tide " * 40])
def test_looking_at_the_longest_password_takes_no_longer_than_at_one_of_a_few_words(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = []
    look = zxcvbn.zxcvbn
    monkeypatch.setattr(
        zxcvbn, "zxcvbn", lambda part, **more: looked_at.append(len(part)) or look(part, **more)
    )
    _accepts(password)
    assert 1 <= len(looked_at) <= 6
    assert max(looked_at) <= passwords.LOOKED_AT


def _accepts(password: str) -> bool:
    try:
        passwords.check(password, EMAIL)
    except passwords.WeakPassword:
        return False
    return True
