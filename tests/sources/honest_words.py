"""Sentences in nine languages for the pages of `honest_pages`, written for these tests."""

from __future__ import annotations

from tests.sources.honest_language import Words as Words
from tests.sources.honest_words_east import ARABIC as ARABIC
from tests.sources.honest_words_east import CHINESE as CHINESE
from tests.sources.honest_words_east import HEBREW as HEBREW
from tests.sources.honest_words_east import JAPANESE as JAPANESE

ENGLISH = Words(
    "en",
    "The harbour committee met for two hours behind closed doors.",
    "Mayor Ellen Karsdorp told the council that repairs to the old pier will cost 4.7 million crowns this year.",
    "Nobody asked her where the money would come from.",
    "Readers have sent us many letters about the weather of last week, which was warm.",
    (
        "Mayor Ellen Karsdorp told the council that repairs to the old pier will cost 4.7 million crowns next year.",
        "Mayor Ellen Karsdorp told the council that repairs to the old pier will cost 7.4 million crowns this year.",
        (
            "Mayor Ellen Karsdorp told the council that repairs to the old pier will not cost 4.7 million crowns "
            "this year."
        ),
        "Mayor Ellen Karsdorf told the council that repairs to the old pier will cost 4.7 million crowns this year.",
    ),
    (
        (
            "Fishermen in the southern bay landed fewer herring in spring than in any spring since records began, "
            "and the cannery laid off a third of its staff. The union speaks of a lost generation; the owners speak "
            "of the water, which has grown too warm for the fish that the town was built on."
        ),
        (
            "A new ferry will link the islands from June on. It runs on batteries that are charged while cars drive "
            "off, and its first captain learned her trade on the steamers that the museum now shows to schools on "
            "rainy afternoons."
        ),
        (
            "The library opens on Sundays again. Volunteers from the grammar school read to children in the old map "
            "room, where the roof leaked for years until a carpenter from the next valley mended it without sending "
            "a bill."
        ),
    ),
    "windows-1252",
)
GERMAN = Words(
    "de",
    "Der Bauausschuss tagte bis kurz nach Mitternacht.",
    "Die Brücke über die Gösel wird frühestens am 14. Oktober wieder für Lastwagen über 30 Tonnen geöffnet.",
    "Bis dahin gilt die Umleitung durch das Mühlental.",
    "Im Stadtpark blühen die Kirschen dieses Jahr besonders spät.",
    (
        "Die Brücke über die Gösel wird frühestens am 14. Oktober wieder für Lastzüge über 30 Tonnen geöffnet.",
        "Die Brücke über die Gösel wird frühestens am 14. Oktober wieder für Lastwagen über 13 Tonnen geöffnet.",
        (
            "Die Brücke über die Gösel wird frühestens am 14. Oktober nicht wieder für Lastwagen über 30 Tonnen "
            "geöffnet."
        ),
        "Die Brücke über die Gösen wird frühestens am 14. Oktober wieder für Lastwagen über 30 Tonnen geöffnet.",
    ),
    (
        (
            "Im Gasthaus am Markt hängt seit vierzig Jahren dieselbe Uhr, und seit vierzig Jahren geht sie falsch. "
            "Der Wirt sagt, die Gäste kämen auch wegen der Uhr, denn wer zu spät nach Hause komme, habe hier immer "
            "eine Ausrede gehabt."
        ),
        (
            "Die Schule am Weiher bekommt eine neue Sporthalle aus Holz. Gebaut wird sie von zwei Betrieben aus dem "
            "Landkreis, die sich den Auftrag teilen, weil keiner von beiden genug Leute fände, um ihn in einem "
            "Sommer allein zu schaffen."
        ),
        (
            "Auf dem Friedhof wachsen jetzt wilde Orchideen. Die Gärtnerin mäht um sie herum und stellt kleine "
            "Schilder auf, damit niemand die seltenen Pflanzen für Unkraut hält und beim Gießen der Gräber aus "
            "Versehen auf sie tritt."
        ),
    ),
    "iso-8859-1",
)
TURKISH = Words(
    "tr",
    "Toplantı sabaha karşı sona erdi.",
    (
        "Vali Işıl İnanır, Iğdır yolundaki 3 köprünün ağır kamyonlara kapatıldığını ve onarımın kışın bitmeyeceğini "
        "söyledi."
    ),
    "Köylüler yeni yolu yıllardır bekliyor.",
    "Sahildeki kahvede bu yaz çay fiyatları hiç değişmedi.",
    (
        (
            "Vali Işıl İnanır, Iğdır yolundaki 3 köprünün ağır kamyonlara kapatıldığını ve onarımın yazın "
            "bitmeyeceğini söyledi."
        ),
        (
            "Vali Işıl İnanır, Iğdır yolundaki 8 köprünün ağır kamyonlara kapatıldığını ve onarımın kışın "
            "bitmeyeceğini söyledi."
        ),
        (
            "Vali Işıl İnanır, Iğdır yolundaki 3 köprünün ağır kamyonlara kapatıldığını ve onarımın kışın biteceğini "
            "söyledi."
        ),
        (
            "Vali Işil İnanır, Iğdır yolundaki 3 köprünün ağır kamyonlara kapatıldığını ve onarımın kışın "
            "bitmeyeceğini söyledi."
        ),
    ),
    (
        (
            "Kasabanın tek sineması otuz yıl sonra yeniden açıldı. İlk gece, eski makinist perdenin önüne çıkıp "
            "koltukların numaralarını ezberden saydı; salondaki herkes ayağa kalkıp onu uzun uzun alkışladı ve film "
            "yarım saat geç başladı."
        ),
        (
            "Gölün kıyısında kuş gözlem kulesi yapıldı. Öğrenciler her cumartesi dürbünlerle gelip leylekleri "
            "sayıyor, buldukları sayıları üniversitedeki araştırmacılara gönderiyor; geçen ay ilk kez kara leylek de "
            "görüldü."
        ),
        (
            "Pazar yerinde zeytin satan kadınlar bir kooperatif kurdu. Artık aracıya pay vermiyorlar, şişeleri "
            "kendileri dolduruyor ve komşu ilçelere haftada iki kez küçük bir kamyonetle sipariş götürüyorlar."
        ),
    ),
    "windows-1254",
)
RUSSIAN = Words(
    "ru",
    "Совещание закончилось поздно вечером.",
    "Губернатор Алексей Ветров сообщил, что в посёлке Заречный без тепла остались 58 домов и школа номер два.",
    "Жители греются у соседей.",
    "В городском саду в этом году рано зацвела сирень.",
    (
        "Губернатор Алексей Ветров сообщил, что в посёлке Заречный без света остались 58 домов и школа номер два.",
        "Губернатор Алексей Ветров сообщил, что в посёлке Заречный без тепла остались 85 домов и школа номер два.",
        "Губернатор Алексей Ветров сообщил, что в посёлке Заречный без тепла не остались 58 домов и школа номер два.",
        "Губернатор Алексей Петров сообщил, что в посёлке Заречный без тепла остались 58 домов и школа номер два.",
    ),
    (
        (
            "На старой пристани открыли музей речного флота. Бывший капитан водит гостей по трюму буксира и "
            "показывает журнал, в котором записаны все мели на пути к морю, включая те, которых давно уже нет на "
            "картах."
        ),
        (
            "Пекарня у вокзала печёт ржаной хлеб по рецепту, который хозяйка нашла в письмах своей бабушки. Очередь "
            "выстраивается с шести утра, и последние буханки обычно достаются студентам, которые возвращаются с "
            "ночных смен."
        ),
        (
            "Школьники посадили вдоль дороги триста лип. Лесничий обещал, что через двадцать лет по этой дороге "
            "можно будет ехать в тени от самого моста до кладбища, если козы не доберутся до саженцев раньше."
        ),
    ),
    "windows-1251",
)
UKRAINIAN = Words(
    "uk",
    "Засідання тривало майже п'ять годин.",
    "Голова громади Ірина Ґудзь заявила, що є 36 заявок на ремонт укриттів і жодна з них ще не оплачена.",
    "Гроші обіцяють восени.",
    "У міському парку цього року рано зацвіли каштани.",
    (
        "Голова громади Ірина Ґудзь заявила, що є 36 заявок на ремонт доріг і жодна з них ще не оплачена.",
        "Голова громади Ірина Ґудзь заявила, що є 63 заявок на ремонт укриттів і жодна з них ще не оплачена.",
        "Голова громади Ірина Ґудзь заявила, що є 36 заявок на ремонт укриттів і кожна з них вже оплачена.",
        "Голова громади Ірина Гудзь заявила, що є 36 заявок на ремонт укриттів і жодна з них ще не оплачена.",
    ),
    (
        (
            "У старому млині відкрили гончарну майстерню. Майстер із сусіднього села щосуботи вчить дітей крутити "
            "глину, а ввечері всі разом випалюють миски в печі, яку він сам склав із цегли зруйнованої комори."
        ),
        (
            "На ставку знову оселилися лебеді. Місцеві жителі домовилися не пускати човни біля очерету до кінця "
            "червня, а сторож записує в зошит, скільки пташенят вивелося і коли вони вперше виходять на воду."
        ),
        (
            "Бібліотека отримала триста книжок від читачів із-за кордону. Бібліотекарка каже, що найбільше просять "
            "поезію і підручники з електрики, бо взимку доводилося багато лагодити власноруч."
        ),
    ),
    "koi8-u",
)
LANGUAGES = (ENGLISH, GERMAN, TURKISH, RUSSIAN, UKRAINIAN, ARABIC, HEBREW, CHINESE, JAPANESE)
