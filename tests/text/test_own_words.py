"""How somebody's words are shown, in a page and in an e-mail."""

from bs4 import BeautifulSoup

from shop.text.own_words import own, own_emailed, own_text

VERSE = "(2014)\n  לעולם  שלנו!\nYours."


def test_words_in_a_page_have_their_direction_and_are_not_translated() -> None:
    assert own("Wren  & <b>") == (
        '<bdi class="own-words" dir="ltr" translate="no">Wren  &amp; &lt;b&gt;</bdi>'
    )
    assert own("נועה!") == '<bdi class="own-words" dir="rtl" lang="he" translate="no">נועה!</bdi>'
    assert own("") == own(None) == ""


def test_each_line_of_several_reads_its_own_way() -> None:
    shown = BeautifulSoup(own_text(VERSE), "html.parser")
    assert shown.text == VERSE, "to the space"
    assert [(p["dir"], p["lang"]) for p in shown.select("p")] == [("rtl", "he")]
    lines = [(line["dir"], line.get("lang"), line.text) for line in shown.select("p > bdi")]
    assert lines == [("ltr", None, "(2014)"), ("ltr", None, "Yours.")]


def test_no_space_of_theirs_is_lost_in_an_email_that_knows_no_style() -> None:
    shown = own_emailed(" Wren  and\n  Robin   <3")
    assert "&nbsp;Wren &nbsp;and<br>&nbsp;&nbsp;Robin &nbsp;&nbsp;&lt;3</span>" in shown
    assert own_emailed("נועה") == '<span class="words" dir="rtl" lang="he" translate="no">נועה</span>'
