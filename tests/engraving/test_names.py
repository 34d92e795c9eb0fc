"""Real names: which faces carry which. G Great Vibes, M Marcellus, C Courier Prime, S Cormorant SC."""

import pytest

from shop.engraving import FACES, Area, EngravingRefused, MissingLetters, check

INITIALS = {"great-vibes": "G", "marcellus": "M", "courier-prime": "C", "cormorant-sc": "S"}
BAR = Area("front", "Front", "bar", 60, 12, 1)

NAMES = [
    ("English", "Zoë", "GMCS"),
    ("English", "Chloë Grace", "GMCS"),
    ("English", "O’Brien", "GMCS"),
    ("English", "14.3.2018", "GMCS"),
    ("English", "Mum & Dad", "GMCS"),
    ("Welsh", "Siân", "GMCS"),
    ("Welsh", "Llŷr", "GMCS"),
    ("Welsh", "Ŵyn", "GMCS"),
    ("Irish", "Caoimhe", "GMCS"),
    ("Irish", "Seán", "GMCS"),
    ("Irish", "Ṁáire", "GS"),
    ("Scottish Gaelic", "Mòrag", "GMCS"),
    ("Scottish Gaelic", "Ùna", "GMCS"),
    ("French", "François", "GMCS"),
    ("French", "Noémie", "GMCS"),
    ("French", "Cœur", "GMCS"),
    ("German", "Jürgen", "GMCS"),
    ("German", "Groß", "GMCS"),
    ("Polish", "Łukasz", "GMCS"),
    ("Polish", "Małgorzata", "GMCS"),
    ("Polish", "Żaneta", "GMCS"),
    ("Czech", "Ondřej", "GMCS"),
    ("Czech", "Růžena", "GMCS"),
    ("Hungarian", "Győző", "GMCS"),
    ("Hungarian", "Tünde", "GMCS"),
    ("Romanian", "Ștefan", "GCS"),
    ("Romanian", "Anița", "GCS"),
    ("Romanian", "Ioana Ană", "GMCS"),
    ("Turkish", "İpek", "GMCS"),
    ("Turkish", "Işıl", "GMCS"),
    ("Turkish", "Çağlar", "GMCS"),
    ("Icelandic", "Þórdís", "GMCS"),
    ("Icelandic", "Guðrún", "GMCS"),
    ("Icelandic", "Ægir", "GMCS"),
    ("Danish", "Søren", "GMCS"),
    ("Danish", "Åse", "GMCS"),
    ("Spanish", "Íñigo", "GMCS"),
    ("Spanish", "José María", "GMCS"),
    ("Portuguese", "João", "GMCS"),
    ("Portuguese", "Conceição", "GMCS"),
    ("Latvian", "Ģirts", "GMCS"),
    ("Latvian", "Ķērsta", "GMCS"),
    ("Lithuanian", "Žygimantas", "GMCS"),
    ("Lithuanian", "Ąžuolas", "GMCS"),
    ("Vietnamese", "Nguyễn", "GS"),
    ("Vietnamese", "Thị Hằng", "GS"),
    ("Vietnamese", "Đức", "GS"),
    ("Vietnamese", "Quế", "GS"),
    ("Yoruba", "Ṣadé", "GS"),
    ("Yoruba", "Ọlá", "GS"),
    ("Yoruba", "Adérẹ̀mí", "GS"),
    ("Ukrainian", "Олена", "GS"),
    ("Ukrainian", "Ґалина", "GS"),
    ("Maltese", "Ġorġ", "GMCS"),
    ("Maltese", "Żebbuġ", "GMCS"),
    ("Croatian", "Đorđe", "GMCS"),
    ("Croatian", "Željka", "GMCS"),
    ("Hawaiian", "Kaʻiulani", "GS"),
    ("Māori", "Wīremu", "GMCS"),
    ("Navajo", "Łééchąąʼí", "GS"),
    ("Hindi", "आशा", ""),
    ("Arabic", "محمد", ""),
    ("Hebrew", "נועה", ""),
    ("Greek", "Ελένη", ""),
    ("Chinese", "小雨", ""),
    ("Korean", "하늘", ""),
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("language", "name", "carried_by"), NAMES)
def test_a_name_is_cut_as_typed_or_its_missing_letters_are_named(
    language: str, name: str, carried_by: str, face: str
) -> None:
    faces_that_have = tuple(FACES[slug].name for slug in FACES if INITIALS[slug] in carried_by)
    if INITIALS[face] in carried_by:
        engraving = check([BAR], face, {("front", 1): name})
        assert engraving is not None
        assert engraving.lines[0].text == name
        return
    with pytest.raises(EngravingRefused) as refused:
        check([BAR], face, {("front", 1): name})
    problem = refused.value.problems["front", 1]
    assert isinstance(problem, MissingLetters)
    assert problem.letters
    assert all(letter.text in name for letter in problem.letters)
    assert problem.faces_that_have == faces_that_have


def test_the_table_holds_sixty_names_in_twenty_languages() -> None:
    assert len({name for _, name, _ in NAMES}) >= 60
    assert len({language for language, _, _ in NAMES}) >= 20


@pytest.mark.parametrize("face", FACES)
def test_a_face_comes_whole_with_its_licence_beside_it(face: str) -> None:
    assert len(FACES[face].version) == 64
    licence = FACES[face].path.with_name(f"{face}-OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
