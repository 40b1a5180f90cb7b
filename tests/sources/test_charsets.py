"""Charsets: what the web means by its labels, and what bytes without a label are."""

from __future__ import annotations

import pytest

from sources.reading.charset_labels import codec_for
from sources.reading.charsets import Undecodable, decode_text, decode_web
from tests.sources.documents import LANGUAGES, of_type


class TestCharsets:
    @pytest.mark.parametrize(
        ("language", "charset"),
        [
            ("tr", "windows-1254"),
            ("tr", "iso-8859-9"),
            ("ru", "windows-1251"),
            ("ru", "koi8-r"),
            ("zh", "gbk"),
            ("zh", "big5hkscs"),
            ("ar", "utf-8"),
            ("en", "us-ascii"),
            ("ru", "utf-16"),
        ],
    )
    def test_declared_over_http_or_inside_the_page(self, language: str, charset: str) -> None:
        text = LANGUAGES[language].replace("面包", "麵包").replace("٥", "5")
        if charset == "big5hkscs":
            text = "政府表示，自三月以來麵包價格上漲了百分之十二"
        page = f"<meta charset='{charset}'><p>{text}</p>"

        assert of_type(f"text/html; charset={charset}", page.encode(charset)).text == text
        assert of_type("text/html", page.encode(charset)).text == text

    @pytest.mark.parametrize(
        ("language", "charset"),
        [("tr", "cp1254"), ("ru", "cp1251"), ("ru", "koi8-r"), ("zh", "gb18030"), ("ar", "utf-8")],
    )
    def test_undeclared_is_told_from_the_bytes(self, language: str, charset: str) -> None:
        page = f"<script>var a = 1;</script><p>{LANGUAGES[language]}</p>".encode(charset)

        assert LANGUAGES[language] in decode_web(page).text

    def test_labels_mean_what_the_web_means(self) -> None:
        assert codec_for("latin1") == codec_for("ISO-8859-1") == codec_for("us-ascii") == "cp1252"
        assert codec_for(" GB2312 ") == "gb18030"
        assert decode_web(b"\x93so\x94", http_charset="iso-8859-1").text == "“so”"

    @pytest.mark.parametrize("label", ["rot13", "base64", "utf-7", "idna", "unicode_escape", "undefined", "", "é"])
    def test_codecs_that_are_no_charsets_are_unknown(self, label: str) -> None:
        assert codec_for(label) is None

    def test_a_byte_order_mark_wins_over_http(self) -> None:
        assert decode_web("\ufeffЦены".encode(), http_charset="koi8-r").text == "Цены"

    def test_valid_utf8_wins_over_a_server_default(self) -> None:
        assert decode_web("Başbakan".encode(), http_charset="iso-8859-1").text == "Başbakan"

    def test_a_character_cut_in_two_at_the_end_is_still_utf8(self) -> None:
        assert decode_web("Цены".encode()[:-1]).text == "Цен"

    @pytest.mark.parametrize("start", ["", "a", "ab"])
    def test_a_long_page_is_told_wherever_its_sample_is_cut(self, start: str) -> None:
        text = start + LANGUAGES["zh"] * 2_000

        assert decode_web(text.encode("gb18030")).text == text

    def test_latin_bytes_that_two_code_pages_would_read_differently_are_no_whole_text(self) -> None:
        page = "<p>El niño pidió más pan, según el alcalde.</p>".encode("cp1252")

        assert of_type("text/html", page).problems == ["guessed_charset"]
        assert of_type("text/html; charset=windows-1252", page).problems == []
        with pytest.raises(Undecodable, match="name its encoding"):
            decode_text(page)

    def test_latin_bytes_that_read_the_same_anyway_are(self) -> None:
        page = "<p>Müller grüßt die Bäckerei; der Brotpreis wächst.</p>".encode("cp1252")

        assert of_type("text/html", page).problems == []

    def test_a_few_bytes_are_no_evidence(self) -> None:
        assert of_type("text/html", "<p>Цены растут</p>".encode("koi8-r")).problems == ["guessed_charset"]

    def test_text_in_two_charsets_was_not_read_whole(self) -> None:
        mixed = f"<p>{LANGUAGES['ru']}</p>".encode() + LANGUAGES["ru"].encode("cp1251")

        assert "undecodable_characters" in of_type("text/html; charset=utf-8", mixed).problems


class TestUploadedText:
    @pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16", "cp1251", "koi8-r"])
    def test_is_decoded(self, charset: str) -> None:
        assert decode_text(LANGUAGES["ru"].encode(charset)) == LANGUAGES["ru"]

    def test_is_decoded_as_declared(self) -> None:
        assert decode_text("Ağrı".encode("cp1254"), declared="iso-8859-9") == "Ağrı"

    @pytest.mark.parametrize(
        ("data", "declared", "fix"),
        [
            (b"PK\x03\x04\x00\x00" * 9, None, "save it as plain text in UTF-8"),
            ("Цены".encode("utf-16-le"), None, "save it as plain text in UTF-8"),
            (b"\x01\x02\x03" * 9, "latin1", "save it as plain text in UTF-8"),
            (b"abc", "klingon", "leave it empty"),
            ("Цены".encode("cp1251"), "utf-8", "name its real encoding"),
            (b"\xff\xfe\x00", None, "name its real encoding"),
            (b"\xef\xbb\xbf\xff", None, "name its real encoding"),
        ],
    )
    def test_that_cannot_be_decoded_says_how_to_mend_it(self, data: bytes, declared: str | None, fix: str) -> None:
        with pytest.raises(Undecodable, match=fix):
            decode_text(data, declared=declared)
