"""Real names, and which faces for everybody carry them; test_scripts.py has those for one script.

G Great Vibes, M Marcellus, C Courier Prime, S Cormorant SC, R Rubik.
"""

import pytest

from shop.engraving import FACES, Area, EngravingRefused, MissingLetters, check
from shop.engraving.faces import GENERAL, opened
from shop.engraving.shaping import shape

INITIALS = dict(zip("GMCSR", [face.slug for face in GENERAL], strict=True))
BAR = Area("front", "Front", "bar", 60, 12, 1)

NAMES = {
    "English": {
        "GMCSR": "Zoë|Chloë Grace|O’Brien|O'Neill|14.3.2018|Mum & Dad|Sofia|Griffin|McKenzie|“Bean”|7½"
    },
    "Welsh": {"GMCSR": "Siân|Llŷr|Ŵyn|Tŷ Gwyn|Gwenllïan|Môr|Dŵr|Lleucu|Ffion"},
    "Irish": {"GMCSR": "Caoimhe|Seán|Órlaith|Pádraig|Síle|Úna|Ríoghnach|Éabha", "GS": "Ṁáire"},
    "Scottish Gaelic": {"GMCSR": "Mòrag|Ùna|Mairì|Coinneach|Sìne"},
    "Manx": {"GMCSR": "Çhyndaa"},
    "Breton": {"GMCSR": "Fañch|Añjela"},
    "French": {"GMCSR": "François|Noémie|Cœur|Loïc|Anaïs|Gaëlle|Chloé|Maëlys"},
    "German": {"GMCSR": "Jürgen|Groß|Käthe|Jörg|Weiß", "GSR": "STRAẞE"},
    "Dutch": {"GMCSR": "Daniël|Ĳsbrand|Loïs|Reneé"},
    "Polish": {"GMCSR": "Łukasz|Małgorzata|Żaneta|Wojciech Ćwik|Świętosława|Agnieszka Żółć|Ździsław"},
    "Czech": {"GMCSR": "Ondřej|Růžena|Dvořák|Vojtěch|Žofie"},
    "Slovak": {"GMCSR": "Ľubomír|Ľuboš Ťapka|Šaňo"},
    "Hungarian": {"GMCSR": "Győző|Tünde|Ágnes|Őrs|Zsófia|Jenő"},
    "Romanian": {"GCSR": "Ștefan|Anița|Țuțea", "GMCSR": "Ioana Ană|Ştefan|Mădălina|Sânziana"},
    "Turkish": {"GMCSR": "İpek|Işıl|Çağlar|Refik|Öykü|Gülşen|Iğdır|Şefik|Yağız|Yiğit"},
    "Azerbaijani": {"GS": "Əli|Nigar Məmmədova"},
    "Icelandic": {"GMCSR": "Þórdís|Guðrún|Ægir|Sigríður|Auður|Þór"},
    "Faroese": {"GMCSR": "Jógvan|Høgni|Rúnar Ólavur|Eyðun"},
    "Danish": {"GMCSR": "Søren|Åse|Kjærsti|Ørsted|Bjørn"},
    "Norwegian": {"GMCSR": "Øystein|Håkon|Fjóla|Sæbjørn|Kåre"},
    "Swedish": {"GMCSR": "Björn|Åsa|Göran|Märta"},
    "Finnish": {"GMCSR": "Väinö|Päivi"},
    "Estonian": {"GMCSR": "Õie|Jüri|Ülle|Põldmäe"},
    "Latvian": {"GMCSR": "Ģirts|Ķērsta|Žanis|Ņina|Jānis Bērziņš|Ērika|Ūdris"},
    "Lithuanian": {"GMCSR": "Žygimantas|Ąžuolas|Živilė|Eglė|Šarūnas|Ūla|Rūta Įsčia"},
    "Spanish": {"GMCSR": "Íñigo|José María|Begoña|Ángel|Ñusta|Zúñiga|Agüero"},
    "Catalan": {"GMCSR": "Núria|Òscar|Gal·la"},
    "Portuguese": {"GMCSR": "João|Conceição|Inês|Luís Antônio|Assunção"},
    "Galician": {"GMCSR": "Xoán"},
    "Basque": {"GMCSR": "Iñaki|Eñaut"},
    "Italian": {"GMCSR": "Niccolò|Nicolò D’Alò"},
    "Maltese": {"GMCSR": "Ġorġ|Żebbuġ|Ħal|Ċensu|Għajn"},
    "Croatian": {"GMCSR": "Đorđe|Željka|Šime|Vučić|Ćiro"},
    "Serbian": {"GSR": "Ђорђе|Љубица|Његош|Џон|Јелена|Ћира"},
    "Slovene": {"GMCSR": "Žiga|Špela|Črt"},
    "Albanian": {"GMCSR": "Gëzim|Çlirim"},
    "Bosnian": {"GMCSR": "Emina Šahić|Džana"},
    "Greek": {"": "Ελένη|Γιώργος|Μαρία"},
    "Russian": {"GSR": "Екатерина|Пётр|Юлия|Щукин"},
    "Ukrainian": {"GSR": "Олена|Ґалина|Їжак|Євген|Сергій"},
    "Bulgarian": {"GSR": "Йорданка|Георги"},
    "Macedonian": {"GSR": "Ѓорѓи|Ќиро"},
    "Belarusian": {"GSR": "Ўладзімір|Алёна"},
    "Kazakh": {"SR": "Әлия|Нұрсұлтан|Өмір"},
    "Vietnamese": {"GS": "Nguyễn|Thị Hằng|Đức|Quế|Phượng|Trần Ngọc", "GMCSR": "Lý|Ánh"},
    "Yoruba": {"GS": "Ṣadé|Ọlá|Adérẹ̀mí|Ọmọ́tọ́lá|Tèmítọ́pẹ́"},
    "Igbo": {"GS": "Ụzọma|Ịfeọma", "GMCSR": "Ńkechi"},
    "Hausa": {"G": "Ɓala|Ɗanjuma"},
    "Ewe": {"G": "Kɔfi"},
    "Akan": {"G": "Ɛsi"},
    "Hawaiian": {"S": "Kaʻiulani", "GMCSR": "Keōua|Kū"},
    "Māori": {"GMCSR": "Wīremu|Ngāio|Tāne|Hēmi"},
    "Samoan": {"GMCSR": "Tāvita", "S": "Faʻafetai"},
    "Tongan": {"S": "ʻAna", "GMCSR": "Tūpou"},
    "Navajo": {"GSR": "Łééchąąʼí", "GMCSR": "Yázhí"},
    "Guarani": {"GMCSR": "Aguãra"},
    "Esperanto": {"GMCSR": "Ĝoja"},
    "Sámi": {"GMCSR": "Ánná|Áilu"},
    "Pinyin": {"GS": "Lǚ Bù|Xiǎoyǔ", "GMCSR": "Zhāng Wěi"},
    "Sanskrit, romanised": {"GS": "Kṛṣṇa|Lakṣmī", "GMCSR": "Śāntā"},
    "Arabic, romanised": {"GS": "Muḥammad|ʿĀʾisha|Ṭāriq"},
    "Hindi": {"": "आशा|राहुल"},
    "Bengali": {"": "আশা"},
    "Punjabi": {"": "ਸਿਮਰਨ"},
    "Tamil": {"": "மீனா"},
    "Arabic": {"R": "محمد|فاطمة|ليلى|عبد الله|آية"},
    "Persian": {"R": "پریسا|گلناز|ژاله"},
    "Urdu": {"": "ہاجرہ|ڈاکٹر"},
    "Hebrew": {"R": "נועה|יוסף|מִרְיָם|בֶּן|יִצְחָק 2018"},
    "Chinese": {"": "小雨|张伟"},
    "Japanese": {"": "さくら|健太"},
    "Korean": {"": "하늘|민준"},
    "Thai": {"": "มานี"},
    "Georgian": {"": "ნინო"},
    "Armenian": {"": "Արամ"},
    "Amharic": {"": "ሰላም"},
}


@pytest.mark.parametrize("initial", INITIALS)
@pytest.mark.parametrize("language", NAMES)
def test_a_name_is_cut_as_typed_or_its_missing_letters_are_named(language: str, initial: str) -> None:
    for carried_by, names in NAMES[language].items():
        for name in names.split("|"):
            if initial in carried_by:
                engraving = check([BAR], INITIALS[initial], {("front", 1): name})
                assert engraving is not None, name
                assert engraving.lines[0].text == name
            else:
                check_refused(name, INITIALS[initial], carried_by)


def check_refused(name: str, face: str, carried_by: str) -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([BAR], face, {("front", 1): name})
    problem = refused.value.problems["front", 1]
    assert isinstance(problem, MissingLetters), name
    assert problem.letters
    assert all(letter.text in name for letter in problem.letters)
    general = [face.name for face in GENERAL]
    assert [have for have in problem.faces_that_have if have in general] == [
        FACES[slug].name for initial, slug in INITIALS.items() if initial in carried_by
    ], name
    assert problem.faces_that_have, name


def test_the_table_holds_hundreds_of_names_in_many_languages() -> None:
    names = {name for faces in NAMES.values() for some in faces.values() for name in some.split("|")}
    assert len(names) >= 270
    assert len(NAMES) >= 70


def outlines_of(face: str, text: str) -> list[str]:
    font = opened(FACES[face])
    return [
        font.outline(glyph.number).path
        for cluster in shape(FACES[face], text).clusters
        for glyph in cluster.glyphs
    ]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("pair", ["fi", "fl", "ff", "ffi", "fj"])
def test_every_letter_is_cut_as_itself_with_its_dot(face: str, pair: str) -> None:
    assert len(outlines_of(face, pair)) == len(pair)
    for dotted in ("i", "j"):
        if dotted in pair and face != "cormorant-sc":
            rings = [outline.count("M") for outline in outlines_of(face, pair)]
            assert rings[-1] == outlines_of(face, dotted)[0].count("M")


@pytest.mark.parametrize("face", INITIALS.values())
@pytest.mark.parametrize("text", ["iı", "iİ", "Yiğitı", "Əliı"])
def test_in_turkish_words_i_keeps_the_dot_that_tells_it_from_dotless_i(face: str, text: str) -> None:
    drawn = dict(zip(text, outlines_of(face, text), strict=True))
    dotless = outlines_of(face, "ı")[0]
    assert drawn["i"] != dotless
    assert drawn["i"].count("M") == dotless.count("M") + 1


def test_a_drawing_that_is_no_okina_counts_as_missing() -> None:
    with pytest.raises(EngravingRefused) as refused:
        check([BAR], "great-vibes", {("front", 1): "Kaʻiulani"})
    assert refused.value.problems["front", 1].message == "Great Vibes has no 'ʻ'. Cormorant SC has it."


@pytest.mark.parametrize("face", FACES)
def test_a_face_comes_whole_with_its_licence_beside_it(face: str) -> None:
    assert len(FACES[face].version) == 64
    licence = FACES[face].licence_path.read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
