"""What pages say that stand in place of an article: walls, refusals, errors, in the languages of the desks."""

import re
from typing import Final

# fmt: off
# Counted where little else stands on the page, or in a line of their own on a page that is not long.
_WALLS: Final = {
    "cookie_wall": (
        r"(?:accept|consent|agree)\b.{0,60}\bcookies?",
        r"cookies?\b.{0,80}\b(?:accept|consent|agree|akzeptier|accepte|acepta|kabul|onay|zustimm)",
        r"(?:accepter|aceptar) .{0,12}cookies|cookies?.{0,40}(?:erlauben|zulassen)",
        r"çerez\w*.{0,80}(?:kabul|onay|izin)|(?:kabul|onay|izin)\w*.{0,40}çerez",
        r"файл\w* (?:cookie|куки)|использует? cookie",
        r"ملفات تعريف الارتباط",
        r"(?:接受|同意).{0,12}(?:cookie|クッキー)|cookie.{0,20}(?:同意|接受)|クッキー.{0,20}同意",
        r"עוגיות",
    ),
    "bot_wall": (
        r"just a moment\b|checking your browser|are you a (?:robot|human)|unusual traffic|javascript and cookies",
        r"(?:verif|confirm|prov)\w* (?:that )?you(?:'re|’re| are) (?:a )?(?:human|not a robot)|not a robot",
        r"access (?:to this page has been )?denied|ddos protection|ray id|you have been blocked|request blocked",
        r"pardon our interruption|security check(?:point)?\b|403 forbidden|automated (?:access|requests)",
        r"sicherheitsüberprüfung|kein roboter|ein mensch sind|zugriff verweigert",
        r"robot olmadığınızı|insan olduğunuzu|erişim engellendi|güvenlik doğrulaması",
        r"вы не робот|я не робот|подтвердите, что (?:вы|запросы)|доступ (?:ограничен|запрещ[её]н)|проверка браузера",
        r"ви не робот|доступ (?:обмежено|заборонено)",
        r"لست روبوت|لست برنامج روبوت|تم رفض الوصول|التحقق من أنك إنسان",
        r"人机验证|安全验证|您不是机器人|不是机器人|访问被拒绝|ロボットではありません|アクセスが拒否",
        r"אינך רובוט|אני לא רובוט|הגישה נדחתה",
    ),
    "empty_script_shell": (
        r"(?:enable|requires?|turn on|activate|needs?) javascript|javascript (?:is )?(?:required|disabled|must be)",
        r"(?:aktivieren sie|bitte) javascript|javascript (?:aktivieren|einschalten)",
        r"javascript'?i etkinleştir|javascript gerekli|включите javascript|увімкніть javascript",
        r"(?:启用|開啟|啟用|有効に).{0,3}javascript|javascript ?を有効|הפעל(?:ת)? javascript",
        r"تفعيل (?:جافا ?سكريبت|javascript)",
    ),
    "login_wall": (
        r"(?:log|sign) ?in to (?:continue|view|see|read|access)",
        r"you must (?:be logged|log|sign) ?in|please (?:log|sign) in",
        r"melden sie sich an, um|bitte (?:melden sie sich an|einloggen)|görmek için giriş|lütfen giriş yap",
        r"войдите, чтобы|чтобы (?:продолжить|увидеть), войдите|увійдіть, щоб|سج[ّ]?ل الدخول (?:للمتابعة|لعرض)",
        r"登录后(?:查看|继续|可)|请先登录|ログインしてください|התחבר(?:ו)? כדי",
        r"are you (?:over|at least) \d\d|(?:must be|are you) \d\d (?:years )?(?:or older|of age)",
        r"sind sie (?:über|mindestens) \d\d",
        r"\d\d yaşından büyük|(?:исполнилось|старше) 18|вам є 18|هل عمرك|מעל גיל 18",
        r"(?:年满|已满|満|以上).{0,2}18|18 ?歳以上",
    ),
    "paywall": (
        r"(?:subscribe|register|sign up|join)\b.{0,30} to (?:continue|keep|read|unlock|access)",
        r"(?:to )?(?:continue|keep|finish) reading(?: this (?:article|story))?[,.:]? "
        r"(?:subscribe|please|register|log in|with)",
        r"(?:article|story|content|report) is (?:only )?(?:available |reserved )?(?:for|to) "
        r"(?:our )?(?:subscribers|members)",
        r"(?:for|exclusive to) (?:subscribers|members) only|subscribers[- ]only|already a subscriber\?",
        r"you(?:'ve|’ve| have) (?:reached|used|read) (?:your|all|the) .{0,20}(?:limit|free|articles?)",
        r"weiterlesen mit|nur für (?:abonnent|mitglieder)|jetzt (?:abonnieren|freischalten)|artikel freischalten",
        r"mit .{0,12}(?:abo|plus|\+) weiterlesen|exklusiv für abonnent|sie haben bereits ein abo",
        r"devamını okumak için|(?:sadece|yalnızca) aboneler|abonelere özel|okumaya devam etmek için",
        r"(?:только|доступ\w*) (?:для )?подписчик|оформите подписку|чтобы (?:дочитать|читать дальше|прочитать)",
        r"(?:лише|тільки) для передплатник|оформіть передплату",
        r"للمشتركين فقط|اشترك (?:للمتابعة|لمواصلة|لقراءة)|لمتابعة القراءة|هذا المحتوى (?:حصري )?للمشتركين",
        r"(?:订阅|訂閱|登录|付费)(?:后|後|以|即可)?.{0,4}(?:继续|繼續|阅读|閱讀)|(?:仅限|僅限|会员|會員)(?:订阅|訂閱|专享|專享|限定)",
        r"会員限定|有料会員|続きを読むには|この記事は有料",
        r"למנויים בלבד|להמשך קריאה|הצטרפו כמנוי",
    ),
    "region_block": (
        r"not available in your (?:country|region|location)|unavailable in (?:most )?(?:european|your)",
        r"in ihrem land nicht verfügbar|ülkenizde (?:kullanılamıyor|mevcut değil)|недоступен в вашем регионе",
        r"غير متاح في (?:بلدك|منطقتك)|在您所在的(?:国家|地区)|お住まいの(?:国|地域)では",
    ),
    "maintenance": (
        r"(?:under|down for|scheduled|undergoing|site) maintenance",
        r"maintenance mode|we(?:'ll|’ll| will) be (?:right )?back",
        r"temporarily (?:unavailable|offline|down)|back (?:soon|shortly)",
        r"wartungsarbeiten|wartungsmodus|vorübergehend nicht (?:erreichbar|verfügbar)",
        r"bakım (?:çalışma|modu|nedeniyle|aşamasında)|bakımdayız|geçici olarak (?:kullanılamıyor|hizmet)",
        r"техническ\w+ (?:работ|обслуживан)|технічн\w+ робот|временно недоступ|тимчасово недоступ",
        r"تحت الصيانة|قيد الصيانة|أعمال صيانة|غير متاح مؤقت",
        r"(?:系统|系統|网站|網站)?(?:维护|維護)中|正在(?:维护|維護)|メンテナンス中|בתחזוקה|עבודות תחזוקה",
    ),
    "server_error": (
        r"internal server error|bad gateway|service (?:temporarily )?unavailable|gateway time-?out|database connection",
        r"interner serverfehler|sunucu hatası|(?:внутренняя )?ошибка сервера",
        r"помилка сервера|خطأ في الخادم|服务器错误|サーバーエラー",
    ),
    "parked_domain": (
        r"domain (?:name )?(?:is|may be|might be) (?:for sale|available)",
        r"buy this domain|domain (?:is )?parked|parked (?:free|domain)",
        r"domain steht zum verkauf|domain kaufen|alan adı satılık",
        r"satılık alan adı|домен прода[её]тся|купить (?:этот )?домен",
        r"домен продається|النطاق للبيع|(?:此|该)?域名(?:出售|待售|可出售)|ドメインは販売|הדומיין למכירה",
    ),
    "not_found_page": (
        # "A page that tells of places that do not exist" speaks of places: no clause may begin in between.
        r"(?:page|article|story|document|content|post|url)\b(?:(?!\b(?:that|which|who|and|of)\b)[^.!?\n]){0,60}?"
        r"(?:not (?:be )?found|n(?:o|')t exist|no longer (?:exists|available)"
        r"|(?:been|was) (?:removed|deleted|taken down))",
        r"(?:can(?:no|')t|could ?n(?:o|')t|couldn’t|can’t) find (?:the|that|this) (?:page|article)",
        r"nothing (?:was )?found here",
        r"seite (?:wurde |konnte |existiert )?(?:leider )?nicht",
        r"(?:artikel|beitrag).{0,30}(?:nicht (?:gefunden|mehr verfügbar)|existiert nicht)",
        r"sayfa(?:ya)? (?:bulunamadı|ulaşılamı|mevcut değil|yok)|(?:haber|içerik|yazı) (?:bulunamadı|kaldırıl)",
        r"(?:страниц|стать|материал|документ)\w*.{0,30}(?:не найден|не существует|удал[её]н)",
        r"(?:сторінк|стат|матеріал)\w*.{0,30}(?:не знайден|не існує|видален)",
        r"(?:الصفحة|المقال|المحتوى).{0,40}(?:غير موجود|لم يتم العثور|غير متوفر|محذوف)",
        r"لم يتم العثور على (?:الصفحة|المقال)",
        r"(?:页面|頁面|网页|網頁|文章|内容|內容).{0,12}(?:不存在|未找到|找不到|已删除|已刪除|无法找到)|找不到(?:页面|頁面|网页|該)",
        r"(?:ページ|記事).{0,12}(?:見つかりません|存在しません|削除され)",
        r"(?:העמוד|הדף|הכתבה).{0,20}(?:לא נמצא|אינו קיים|הוסר)",
    ),
}
# What remains of a title that says that a page is not there, once numbers and words for errors are gone.
_NOT_FOUND: Final = (
    r"(?:page |article |document |file |content |post |url |the page (?:you requested )?(?:was |could )?)?"
    r"not (?:be )?found",
    r"(?:oops|sorry|whoops|uh-oh)?[ ,!.]*(?:this |that |the )?(?:page|article) "
    r"(?:does(?:n't|n’t| not) exist|no longer exists"
    r"|(?:was|is|cannot be|can't be|could not be|couldn't be) (?:not found|found|gone|missing|removed))",
    r"(?:page )?(?:gone|does not exist|doesn't exist|no longer available)",
    r"nothing found|we can(?:'|’)?t find (?:that|this|the) page",
    r"(?:die |diese )?(?:seite|artikel) (?:wurde |konnte |existiert )?(?:leider )?nicht (?:gefunden(?: werden)?|mehr)?",
    r"nicht gefunden|seite existiert nicht",
    r"(?:aradığınız )?(?:sayfa|haber|içerik) (?:bulunamadı|mevcut değil|kaldırıldı)|bulunamadı",
    r"(?:(?:запрашиваемая |запрошенная )?страница|статья|материал|документ) "
    r"(?:не найден[аоы]?|не существует|удал[её]н[ао]?)",
    r"не найдено",
    r"(?:сторінк[ау]|статт[юя]|матеріал) (?:не знайдено|не існує|видалено)|не знайдено",
    r"(?:عذرا[ًَ]?[،,]? ?)?(?:الصفحة|المقال|المحتوى) (?:المطلوبة? )?(?:غير موجودة?|غير متوفرة?|لم يتم العثور عليها)",
    r"لم يتم العثور على الصفحة|غير موجود",
    r"(?:抱歉[，,]?)?(?:您(?:访问|要找|请求)的)?(?:页面|頁面|网页|網頁|文章)(?:不存在|未找到|找不到(?:了)?|已删除)",
    r"找不到(?:页面|頁面|网页|網頁)|未找到",
    r"(?:お探しの)?(?:ページ|記事)(?:が|は)(?:見つかりません(?:でした)?|存在しません)|見つかりません",
    r"(?:העמוד|הדף)(?: המבוקש)? (?:לא נמצא|אינו קיים)|לא נמצא",
)
WORDS: Final = {name: re.compile("|".join(words), re.I | re.S) for name, words in _WALLS.items()}
# A line without any of these (whose first letter may be a capital) is no notice of a paywall: spares the search.
PAYWALL_HINTS: Final = (
    "ubscri", "SUBSCRI", " to continue", " to keep", " to read", " to unlock", " to access", "e reading", "p reading",
    "h reading", "members", "e limit", "eiterlesen", "bonn", "schalten", "in Abo", "itglieder", "bone",
    " okumak", "okumaya", "одпис", "итать", "ередплат", "مشترك", "اشترك", "القراءة", "订阅", "訂閱", "登录", "付费",
    "会员",
    "會員", "会員", "続き", "有料", "מנוי", "קריאה",
)
# fmt: on
_ABSENT_TITLE: Final = re.compile(f"(?:{'|'.join(_NOT_FOUND)})[ .!…]*", re.I)
_ERROR_WORDS: Final = re.compile(
    r"\b(?:http(?:/\d(?:\.\d)?)?|status|code|error|fehler|hata|ошибка|помилка|erreur|errors?)\b"
    r"|خطأ|错误|錯誤|エラー|שגיאה"
    r"|[#(\[]?\b(?:404|410)\b[)\]]?|[:\-–—,]",
    re.I,
)
_SITE_NAME: Final = re.compile(r"\s*[|·•»«]\s*")
_DASH: Final = re.compile(r"\s+(?:[-–—:]|::)\s+")
_CODE: Final = re.compile(r"\b(?:404|410)\b")


def says_it_is_not_there(title: str, *, loosely: bool = False) -> bool:
    """Whether a title or heading says that there is no such page, and nothing else but the site's name.

    "404: Page not found | The Post" does; "Not found: the missing billions" and "404 ways to cook" do not.
    Loosely, the site's name may stand behind a dash, where a subtitle may stand as well.
    """
    parts = [title, *_SITE_NAME.split(title), *(_DASH.split(title) if loosely else ())]
    return any(_is_absence(part) for part in map(str.strip, parts) if part)


def _is_absence(part: str) -> bool:
    rest = " ".join(_ERROR_WORDS.sub(" ", part).split()).strip(" .!…")
    return bool(_CODE.search(part)) if not rest else bool(_ABSENT_TITLE.fullmatch(rest))
