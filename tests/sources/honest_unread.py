"""Documents that are not the page a reader would see, or not all of it: nothing may be called missing from them."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from tests.sources.honest_pages import EITHER, FOUND, INCONCLUSIVE, Case, case, page, paragraph, quotation_of
from tests.sources.honest_words import (
    CHINESE,
    JAPANESE,
    LANGUAGES,
    Words,
)

# What walls say: cookies, robots, paywall, login, script shell, page not found, maintenance. Our own wording.
NOTICES: dict[str, dict[str, str]] = {
    "en": {
        "cookie_wall": "We value your privacy. Accept all cookies to go on to the site.",
        "bot_wall": "Please verify you are human. This takes a moment.",
        "paywall": "Subscribe to continue reading.",
        "login_wall": "Log in to continue.",
        "empty_script_shell": "This site requires JavaScript.",
        "not_found_page": "The page you are looking for does not exist.",
        "maintenance": "The site is under maintenance. We will be back soon.",
    },
    "de": {
        "cookie_wall": (
            "Mit Cookies lesen: Bitte akzeptieren Sie unsere Cookies, oder schließen Sie ein Abo ab. Cookies "
            "akzeptieren"
        ),
        "bot_wall": "Bitte bestätigen Sie, dass Sie ein Mensch sind.",
        "paywall": "Jetzt weiterlesen mit dem Probeabo.",
        "login_wall": "Bitte melden Sie sich an.",
        "empty_script_shell": "Bitte JavaScript aktivieren.",
        "not_found_page": "Diese Seite wurde leider nicht gefunden.",
        "maintenance": "Wegen Wartungsarbeiten ist unser Angebot vorübergehend nicht erreichbar.",
    },
    "tr": {
        "cookie_wall": "Devam etmek için çerezleri kabul edin.",
        "bot_wall": "Robot olmadığınızı doğrulayın.",
        "paywall": "Devamını okumak için abone olun.",
        "login_wall": "Lütfen giriş yapın.",
        "empty_script_shell": "Siteyi görmek için JavaScript'i etkinleştirin.",
        "not_found_page": "Aradığınız sayfa bulunamadı.",
        "maintenance": "Bakım çalışması nedeniyle sitemiz kapalıdır.",
    },
    "ru": {
        "cookie_wall": "Сайт использует cookie. Нажмите «Принять», чтобы продолжить.",
        "bot_wall": "Подтвердите, что вы не робот.",
        "paywall": "Оформите подписку, чтобы читать дальше.",
        "login_wall": "Войдите, чтобы продолжить.",
        "empty_script_shell": "Включите JavaScript в браузере.",
        "not_found_page": "Запрашиваемая страница не найдена.",
        "maintenance": "На сайте ведутся технические работы.",
    },
    "uk": {
        "cookie_wall": "Сайт використовує файли cookie. Погодьтеся, щоб продовжити.",
        "bot_wall": "Підтвердьте, що ви не робот.",
        "paywall": "Оформіть передплату, щоб читати далі.",
        "login_wall": "Увійдіть, щоб продовжити.",
        "empty_script_shell": "Увімкніть JavaScript у браузері.",
        "not_found_page": "Сторінку не знайдено.",
        "maintenance": "Тривають технічні роботи.",
    },
    "ar": {
        "cookie_wall": "نستخدم ملفات تعريف الارتباط. وافق للمتابعة.",
        "bot_wall": "أكد أنك لست روبوتا.",
        "paywall": "هذا المحتوى للمشتركين فقط.",
        "login_wall": "سجل الدخول للمتابعة.",
        "empty_script_shell": "يرجى تفعيل جافا سكريبت.",
        "not_found_page": "الصفحة المطلوبة غير موجودة.",
        "maintenance": "الموقع تحت الصيانة.",
    },
    "he": {
        "cookie_wall": "האתר משתמש בעוגיות. אשרו כדי להמשיך.",
        "bot_wall": "אשרו: אני לא רובוט.",
        "paywall": "הכתבה למנויים בלבד.",
        "login_wall": "התחברו כדי להמשיך.",
        "empty_script_shell": "הפעל JavaScript בדפדפן.",
        "not_found_page": "הדף המבוקש לא נמצא.",
        "maintenance": "האתר בתחזוקה.",
    },
    "zh": {
        "cookie_wall": "继续浏览前请接受 cookie。",
        "bot_wall": "请完成安全验证。",
        "paywall": "订阅后继续阅读。",
        "login_wall": "请先登录。",
        "empty_script_shell": "请启用 JavaScript。",
        "not_found_page": "您访问的页面不存在。",
        "maintenance": "网站维护中。",
    },
    "ja": {
        "cookie_wall": "クッキーの使用に同意してください。",
        "bot_wall": "私はロボットではありませんを確認してください。",
        "paywall": "この記事は会員限定です。続きを読むには登録してください。",
        "login_wall": "ログインしてください。",
        "empty_script_shell": "JavaScriptを有効にしてください。",
        "not_found_page": "お探しのページは見つかりません。",
        "maintenance": "ただいまメンテナンス中です。",
    },
}
# Encodings that another one's label is put on, per language: the letters come out as others.
_MISLABELLED = {
    "de": [("cp1252", "windows-1251"), ("cp1252", "koi8-r")],
    "tr": [("cp1254", "iso-8859-1"), ("cp1254", "windows-1251")],
    "ru": [("cp1251", "koi8-r"), ("koi8-r", "windows-1251"), ("cp1251", "iso-8859-1"), ("cp1251", "windows-1256")],
    "uk": [("cp1251", "koi8-u"), ("koi8-u", "windows-1251"), ("cp1251", "windows-1252")],
    "ar": [("cp1256", "windows-1252"), ("cp1256", "windows-1251"), ("utf-8", "windows-1256")],
    "he": [("cp1255", "windows-1252"), ("cp1255", "windows-1251"), ("utf-8", "iso-8859-8-i")],
    "zh": [("gb18030", "big5"), ("gb18030", "windows-1252"), ("gb18030", "euc-kr"), ("utf-8", "gbk")],
    "ja": [("shift_jis", "euc-jp"), ("euc_jp", "shift_jis"), ("shift_jis", "windows-1252"), ("utf-8", "shift_jis")],
}


def walls(words: Words) -> Iterator[Case]:
    """Notices that stand where the article was."""
    for problem, notice in NOTICES[words.code].items():
        short = (
            f"<!doctype html><html lang={words.code}><head><meta charset=utf-8>"
            f"<title>{words.before}</title></head><body><p>{notice}</p></body></html>"
        )
        yield case(words, problem, short, INCONCLUSIVE, problem=problem)
    teaser = page(words, f"<p>{words.before}</p><div class=gate><p>{NOTICES[words.code]['paywall']}</p></div>")
    yield case(words, "a paywall after two paragraphs", teaser, INCONCLUSIVE, problem="paywall")
    data = '<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":false}</script>'
    yield case(words, "a paywall in the data", page(words, "", head=data), INCONCLUSIVE, problem="paywall")
    root = "<div id=root></div><script src=/a.js></script>"
    shell = f"<!doctype html><html lang={words.code}><title>.</title><body>{root}</body></html>"
    yield case(words, "a script shell", shell, INCONCLUSIVE, problem="empty_script_shell")
    empty = page(words, "").replace("".join(f"<p>{one}</p>" for one in words.filler[:2]), "")
    empty = empty[: empty.index("<main>")] + "<main></main><script src=a.js></script></body></html>"
    yield case(words, "an empty main element", empty, INCONCLUSIVE, problem="empty_script_shell")
    body = f'<script type="application/ld+json">{{"@type":"Article","articleBody":"{words.sentence}"}}</script>'
    yield case(words, "a shell with its article in the data", shell.replace("<body>", f"<body>{body}"), FOUND)
    onward = '<meta http-equiv=refresh content="0; url=/b">'
    leads = f"<!doctype html><html><head>{onward}</head><body>{words.before}</body></html>"
    yield case(words, "a page that leads on", leads, INCONCLUSIVE, problem="meta_refresh")
    frames = "<!doctype html><html><frameset cols=*><frame src=a.html></frameset></html>"
    yield case(words, "a frameset", frames + f"<!-- {words.code} -->", INCONCLUSIVE, problem="frames")
    framed = f"<!doctype html><html><body><p>{words.before}</p><iframe src=a.html></iframe></body></html>"
    yield case(words, "a page around a frame", framed, INCONCLUSIVE, problem="frames")
    picture = f"<!doctype html><html><body><p>{words.code}</p><img src=scan.png></body></html>"
    yield case(words, "a picture of the article", picture, INCONCLUSIVE, problem="only_pictures")


def cuts(words: Words) -> Iterator[Case]:
    """Pages that broke off before the passage, or in it."""
    whole = page(words, paragraph(words, words.passage))
    place = whole.index(words.passage)
    ends = {
        "before the paragraph": whole[: whole.index(words.filler[1]) + 40],
        "in the passage": whole[: place + 12],
        "in a tag": whole[: place - len(words.before)] + "<a href='htt",
        "in a comment": whole[: place - len(words.before)] + "<!-- the rest",
        "in a script": whole[: place - len(words.before)] + "<script>var a = 1",
        "between two tags": whole[: whole.index(f"<p>{words.before}")],
    }
    for name, markup in ends.items():
        yield case(words, f"cut {name}", markup, INCONCLUSIVE, problem="unclosed_markup")
        yield case(
            words, f"cut {name}, as the fetch noticed", markup, INCONCLUSIVE, truncated=True, problem="truncated"
        )
    yield case(words, "cut behind the passage", whole[: place + len(words.passage) + 20], FOUND, truncated=True)


def charsets(words: Words) -> Iterator[Case]:
    """Declared, undeclared, wrongly declared and unreadable encodings."""
    quotation = quotation_of(words)
    markup = page(words, paragraph(words, words.passage))

    def of(name: str, body: bytes, *outcomes: str, content_type: str = "text/html") -> Case:
        return Case(f"{words.code}: {name}", body, quotation, outcomes, content_type)

    legacy = words.legacy
    inside = page(words, paragraph(words, words.passage), charset=legacy)
    late = inside.replace("<meta charset", f"<style>{'a{color:red}' * 300}</style><meta charset")
    old = inside.replace(
        f"<meta charset={legacy}>", f'<meta http-equiv="Content-Type" content="text/html; charset={legacy}">'
    )
    bare = markup.replace("<meta charset=utf-8>", "").replace("©", "(c)")
    plain = {one: other.replace("©", "(c)") for one, other in (("inside", inside), ("late", late), ("old", old))}
    yield of(f"{legacy} over HTTP", bare.encode(legacy), FOUND, content_type=f"text/html; charset={legacy}")
    yield of(f"{legacy} inside", plain["inside"].encode(legacy), FOUND)
    yield of(f"{legacy} inside, late", plain["late"].encode(legacy), FOUND)
    yield of(f"{legacy} in the old way", plain["old"].encode(legacy), FOUND)
    yield of(f"{legacy} undeclared", bare.encode(legacy), *EITHER)
    yield of("UTF-16 with a mark", codecs.BOM_UTF16_LE + bare.encode("utf-16-le"), FOUND)
    yield of("UTF-16, big first, with a mark", codecs.BOM_UTF16_BE + bare.encode("utf-16-be"), FOUND)
    yield of("UTF-16 without a mark", bare.encode("utf-16-le"), *EITHER)
    yield of("UTF-32 with a mark", bare.encode("utf-32"), *EITHER)
    yield of(
        "UTF-8 with a mark, declared Latin-1",
        codecs.BOM_UTF8 + bare.encode(),
        FOUND,
        content_type="text/html; charset=iso-8859-1",
    )
    yield of("UTF-8 declared Latin-1", bare.encode(), FOUND, content_type="text/html; charset=iso-8859-1")
    yield of("UTF-8 undeclared", bare.encode(), FOUND)
    if not words.passage.isascii():
        yield of("UTF-7", bare.encode("utf-7"), INCONCLUSIVE, content_type="text/html; charset=utf-7")
        half = markup.index(f"<p>{words.before}")
        mixed = markup[:half].encode() + bare[bare.index(f"<p>{words.before}") :].encode(legacy)
        yield of("two charsets", mixed, INCONCLUSIVE, content_type="text/html; charset=utf-8")
        twice = markup.encode().decode("latin-1").encode()
        yield of("UTF-8 encoded twice", twice, INCONCLUSIVE, content_type="text/html; charset=utf-8")
    for real, label in _MISLABELLED.get(words.code, ()):
        yield of(f"{real} declared {label}", bare.encode(real), *EITHER, content_type=f"text/html; charset={label}")


def east_asian() -> Iterator[Case]:
    """Encodings with states, which browsers read or refuse."""
    for words, charset, outcomes in (
        (JAPANESE, "iso-2022-jp", (FOUND,)),
        (JAPANESE, "euc-jp", (FOUND,)),
        (CHINESE, "hz-gb-2312", (INCONCLUSIVE,)),
        (CHINESE, "gbk", (FOUND,)),
    ):
        markup = page(words, paragraph(words, words.passage), charset=charset).replace("©", "(c)")
        codec = {"hz-gb-2312": "hz"}.get(charset, charset)
        body = markup.encode(codec)
        yield Case(f"{words.code}: {charset}", body, quotation_of(words), outcomes, f"text/html; charset={charset}")
        undeclared = body.replace(f"<meta charset={charset}>".encode(), b"")
        yield Case(f"{words.code}: {charset} undeclared", undeclared, quotation_of(words), EITHER, "text/html")


def unread_cases() -> Iterator[Case]:
    """All of these, in every language."""
    for words in LANGUAGES:
        for family in (walls, cuts, charsets):
            yield from family(words)
    yield from east_asian()
