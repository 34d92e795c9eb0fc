"""Names in scripts that few faces have: each is taken, cut as typed, and shaped as its readers write it."""

import re
import unicodedata

import pytest

from shop.engraving import FACES, Area, EngravingRefused, MissingLetters, check
from shop.engraving.characters import faces_with, offered
from shop.engraving.cut_check import checked_digest
from shop.engraving.faces import GENERAL, opened
from shop.engraving.shaping import shape

pytestmark = pytest.mark.slow

BAR = Area("front", "Front", "bar", 60, 12, 1)
PLACE = ("front", 1)

NAMES = {
    "Greek": "Ελένη|Ιωάννα|Γιώργος|Μαρία|Χρυσή Ἀλεξάνδρα|ΆΓΓΕΛΟΣ|Θεοδώρα 2018|"
    "Ἰησοῦς|Μαρία-Λουΐζα|Ζωή & Νίκος|Άννα|Σοφία|Δημήτρης|Ευαγγελία",
    "Armenian": "Արամ|Անահիտ|Հայկ|Մարիամ|Եւա|Սեւակ|ՄԱՐԻԱՄ|Լիլիթ|Գագիկ",
    "Georgian": "ნინო|გიორგი|თამარ|ქეთევანი|ლუკა 2020|სალომე|დავითი",
    "Hebrew": "נועה|יוסף|מִרְיָם|בֶּן|יִצְחָק 2018|שָׂרָה|אֲבִיגַיִל|תמר|שלום־צדק",
    "Arabic": "محمد|فاطمة|ليلى|عبد الله|آية|مُحَمَّد|لالة|إسلام|زينب|خديجة|عمر|هبة الله|مَرْيَم",
    "Persian": "پریسا|گلناز|ژاله|علی\u200cرضا|کیان|سپیده|می\u200cنا|شهریار",
    "Urdu": "ہاجرہ|ڈاکٹر|زینب|محمد علی|عائشہ|ٹیپو|نور جہاں|ذیشان|حمنہ|صفیہ|گڑیا|بیٹی",
    "Kurdish": "ئەڤین|هێمن|ڕۆژین",
    "Pashto": "زرغونه|ګلالۍ|پښتانه",
    "Hindi": "आशा|राहुल|कृष्णा|लक्ष्मी|प्रियंका|श्रीमती|ज्ञान|आर्या|अर्जुन|रश्मि|ऋषि|वैष्णवी|दीक्षा|मृत्युंजय|श्रद्धा|विद्या|ॐ",
    "Marathi": "ज्ञानेश्वर|दर्\u200dया|शौर्य|वैदेही",
    "Nepali": "सिर्जना|प्रकाश|गर्\u200dयो|संज्ञा|ईश्वर",
    "Bengali": "আশা|ঈশ্বরী|প্রিয়া|সৌম্যা|র\u200d্যাচেল|কৃষ্ণ|তৃষ্ণা|লক্ষ্মী|রুদ্র|সুস্মিতা|আঁখি|জ্ঞান",
    "Assamese": "ৰিমা|জ্যোতি",
    "Punjabi": "ਸਿਮਰਨ|ਹਰਪ੍ਰੀਤ|ਗੁਰਮੀਤ ਸਿੰਘ|ਸ੍ਰੀ|ਅੱਲ੍ਹਾ|ਜਸਪ੍ਰੀਤ|ੴ|ਕੌਰ",
    "Gujarati": "આશા|પ્રિયા|કૃષ્ણ|શ્રેયા|જ્ઞાન|હિરલ|ઋત્વિ|વૃષ્ટિ|લક્ષ્મી|ધ્રુવ",
    "Odia": "ଆଶା|ପ୍ରିୟା|ଲକ୍ଷ୍ମୀ|ଜଗନ୍ନାଥ",
    "Tamil": "மீனா|கீர்த்தி|ஸ்ரீ|லக்ஷ்மி|கௌரி|சொர்ணா|முருகன்|நதி|அன்பு|யாழினி|செல்வி|கண்ணன்|இளங்கோ",
    "Telugu": "లక్ష్మి|ప్రియ|కృష్ణ|శ్రీనివాస్|ఆశ|సంధ్య|విశ్వనాథ్",
    "Kannada": "ಲಕ್ಷ್ಮಿ|ಪ್ರಿಯಾ|ಕೃಷ್ಣ|ಶ್ರೀ|ಮಂಜುನಾಥ್|ಸೌಮ್ಯ",
    "Malayalam": "ലക്ഷ്മി|പ്രിയ|കൃഷ്ണൻ|മീനാക്ഷി|ശ്രീ|അമ്മ|കാർത്തിക|ഉണ്ണി",
    "Sinhala": "ශ්\u200dරී|නිමල්|ප්\u200dරියා|කෘෂ්ණ|සමන්ති|දිල්කි|නෙත්මි|හර්ෂ|ක්\u200dරිෂාන්",
    "Thai": "มานี|สมชาย|น้ำฝน|ปิ่น|เกียรติ|กัญญา|ณัฐฐา|ศิริพร|ประเสริฐ|ญาณี|ต้นไม้",
    "Lao": "ສົມ|ນ້ຳ|ບຸນມີ|ດາລາ",
    "Khmer": "សុខា|ចន្ទ្រា|ស្រីមុំ|វិសាល|ពិសី|ដារ៉ា",
    "Burmese": "အောင်|ဆန်းစုကြည်|မြင့်|သီရိ|ကျော်|နှင်းဆီ",
    "Chinese simplified": "李明|小雨|张伟|王芳|陈晓华|爱|欧阳娜娜|思|梦瑶",
    "Chinese traditional": "張偉|陳曉華|愛|龍|靜雯|歐陽|夢瑤|黃家豪",
    "Japanese": "さくら|健太|ゆう子|アンナ|真由美|葛\U000e0100|渡邉|ひなた|陽翔|美咲|エミリー|髙橋",
    "Korean": "하늘|민준|서연|이승현|김 지우 2019|지아|최유나|김민서",
    "Amharic": "ሰላም|ብርሃን|ሐና|ተስፋዬ|ኃይሉ|ትዕግስት",
    "Tigrinya": "ኣብርሃም|ጽጌ",
    "Latin and another script on one line": "Zoë & Ελένη|Maya आशा|Noor & ਸਿਮਰਨ|李明 Ming|Mia さくら|"
    "Min-jun 민준|Анна Աննա|Olena ნინო|Linh & 小雨|Niamh মেঘ|Ceri ஆதவன்",
}


def words_in(language: str) -> list[str]:
    return [unicodedata.normalize("NFC", name) for name in NAMES[language].split("|")]


@pytest.mark.parametrize("language", NAMES)
def test_a_name_is_taken_by_a_face_and_cut_as_typed(language: str) -> None:
    for name in words_in(language):
        taken = [face for face in FACES.values() if face.name in faces_with([name])]
        assert taken, name
        engraving = check([BAR], taken[-1].slug, {PLACE: name})
        assert engraving is not None
        assert engraving.lines[0].text == name
        assert checked_digest([BAR], engraving), name


def test_the_table_holds_hundreds_of_names() -> None:
    assert len({name for language in NAMES for name in words_in(language)}) >= 242


def drawn(face: str, text: str) -> list[str]:
    """From left to right: a character where the font draws it plainly, "#" for a form of its own."""
    font = opened(FACES[face])
    plain = {font.shaper.get_nominal_glyph(code): chr(code) for code in sorted(font.characters, reverse=True)}
    return [
        plain.get(glyph.number, "#")
        for cluster in shape(FACES[face], text).clusters
        for glyph in sorted(cluster.glyphs, key=lambda glyph: glyph.x)
        if font.outline(glyph.number).path
    ]


SHAPED = [
    ("noto-sans-devanagari", "कि", "#क"),  # the sign of i stands before its letter
    ("noto-sans-devanagari", "क्ष", "#"),  # one letter of two, nothing of either left
    ("noto-sans-devanagari", "ज्ञ", "#"),
    ("noto-sans-devanagari", "श्री", "#ी"),
    ("noto-sans-devanagari", "र्क", "क#"),  # r goes over the next letter
    ("noto-sans-devanagari", "दर्\u200dया", "द#या"),  # but an eyelash before it in Marathi
    ("noto-sans-bengali", "কো", "#কা"),
    ("noto-sans-bengali", "ক্ষ", "#"),
    ("noto-sans-bengali", "র\u200d্য", "র#"),  # with the joiner r stays, and y is the sign
    ("noto-sans-bengali", "র্য", "য#"),
    ("noto-sans-gurmukhi", "ਹਿ", "ਿਹ"),
    ("noto-sans-gujarati", "જ્ઞ", "#"),
    ("noto-sans-tamil", "கௌ", "ெகௗ"),  # one sign on both sides of its letter
    ("noto-sans-tamil", "ஸ்ரீ", "#"),
    ("noto-sans-malayalam", "കൊ", "െകാ"),
    ("noto-sans-malayalam", "ന്\u200d", "ൻ"),
    ("noto-sans-sinhala", "ක්\u200dෂ", "#"),
    ("noto-sans-sinhala", "කො", "ෙකා"),
    ("noto-sans-khmer", "ស្រី", "#សី"),  # the second consonant stands round the first
    ("noto-sans-myanmar", "မြ", "ြမ"),
    ("noto-serif-thai", "น้ำ", "น#ํา"),  # the ring of am goes under the tone
    ("noto-serif-thai", "ปิ่", "ป##"),  # marks make way for the tail
    ("noto-naskh-arabic", "لا", "##"),  # lam and alef in their own forms
    ("noto-naskh-arabic", "محمد", "ﺪﻤﺤﻣ"),  # final, medial, medial, initial
    ("noto-naskh-arabic", "علی\u200cرضا", "ﺎﺻ#رﯽﻠﻋ"),  # the joiner lets y end, and r begin
    ("noto-japanese", "葛\U000e0100", "#"),  # the form of the name that its selector asks for
    ("noto-korean", "한", "한"),
]


@pytest.mark.parametrize(("face", "text", "expected"), SHAPED)
def test_letters_take_the_forms_and_places_their_readers_know(face: str, text: str, expected: str) -> None:
    found = "".join(drawn(face, text))
    assert (
        re.sub("[\ufe70-\ufeff]", "#", found) == re.sub("[\ufe70-\ufeff]", "#", expected) or found == expected
    )
    if len(expected) == 1 and expected == "#":
        assert set(drawn(face, text)).isdisjoint(text)


@pytest.mark.parametrize("text", ["Zoë कि", "कि Zoë", "2019 कि", "कि 2019 & कि"])
def test_each_script_of_a_line_is_shaped_by_its_own_rules(text: str) -> None:
    assert "#क" in "".join(drawn("noto-sans-devanagari", text))


@pytest.mark.parametrize("text", ["क\u200da", "Mia\u200d", "م\u2060", "小\ufe00雨", "a\U000e0100"])
def test_a_joiner_or_selector_that_changes_nothing_is_refused_as_before(text: str) -> None:
    for face in offered([text]):
        with pytest.raises(EngravingRefused):
            check([BAR], face.slug, {PLACE: text})


@pytest.mark.parametrize("text", ["िक", "a्", "ิ", "ົ"])
def test_a_sign_without_its_letter_is_refused(text: str) -> None:
    assert faces_with([text]) == ()


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("Ελένη", "has no Greek letters. Noto Greek has them."),
        ("李明", "has no Chinese characters. Noto Chinese, simplified, Noto Chinese, traditional, "),
        ("आशा", "has no Devanagari letters. Noto Devanagari has them."),
        ("민준", "has no Korean letters. Noto Korean has them."),
        ("さくら", "has no Japanese letters. Noto Japanese has them."),
    ],
)
def test_a_face_without_a_script_says_so_and_names_the_face_that_has_it(text: str, called: str) -> None:
    for face in GENERAL:
        with pytest.raises(EngravingRefused) as refused:
            check([BAR], face.slug, {PLACE: text})
        problem = refused.value.problems[PLACE]
        assert isinstance(problem, MissingLetters)
        assert problem.message.startswith(f"{face.name} {called}")


def test_a_face_for_one_script_is_offered_when_the_words_need_it() -> None:
    assert offered(["Zoë", "14.3.2018 ♥"]) == GENERAL
    assert [face.name for face in offered(["Zoë", "Ελένη"]) if face.only_for] == ["Noto Greek"]
    assert [face.name for face in offered(["ゆう子"]) if face.only_for] == ["Noto Japanese"]
    assert [face.name for face in offered(["Ελένη", "נועה"]) if face.only_for] == [
        "Noto Greek",
        "Noto Hebrew",
    ]


@pytest.mark.parametrize("text", ["小雨", "骨", "直"])
def test_each_region_writes_chinese_characters_as_it_is_used_to(text: str) -> None:
    regions = [face.slug for face in FACES.values() if "Hani" in face.only_for]
    assert len(regions) == 5
    forms = {
        str([glyph for c in shape(FACES[face], text).clusters for glyph in c.glyphs]) for face in regions
    }
    assert len(forms) > 1


def test_every_face_says_which_script_it_is_for_and_has_its_digits_and_latin() -> None:
    for face in FACES.values():
        assert set(face.only_for) <= set(face.scripts)
        assert all(map(face.has, "0123456789.&'-abzABZé ♥")), face.slug
        assert all(map(face.has, face.sample)), face.slug
