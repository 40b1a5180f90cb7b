"""Addresses that people cite: the rules must not stand in their way."""

from __future__ import annotations

import pytest

from sources.fetching import Refused, Unreachable
from sources.fetching.urls import MAX_LENGTH
from tests.sources.loopback import PUBLIC, Origin, egress, only_loopback_connects

REDIRECT = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n"

LEGITIMATE = """
https://www.reuters.com/world/europe/ https://apnews.com/article/abc-123 https://www.bbc.co.uk/news/world-1
https://www.theguardian.com/world/2018/mar/14/idlib https://www.nytimes.com/2020/01/01/world/x.html?smid=tw
https://www.lemonde.fr/international/article/2018/04/10/é_1.html https://www.spiegel.de/politik/ausland/a-1.html
https://www.tagesschau.de/ausland/syrien-1.html https://elpais.com/internacional/2018/04/10/actualidad/1_2.html
https://www.aljazeera.net/news/سوريا https://www.bbc.com/arabic/مواضيع https://ru.wikipedia.org/wiki/Идлиб
https://en.wikipedia.org/wiki/Idlib_(city) https://de.wikipedia.org/wiki/Idlib#Geschichte
https://zh.wikipedia.org/wiki/伊德利卜 https://en.wikipedia.org/w/index.php?title=A&oldid=1
https://web.archive.org/web/20180410000000/http://example.org:80/a?b=c https://archive.org/details/x
https://archive.ph/AbCdE https://perma.cc/A1B2-C3D4 https://t.co/AbC https://bit.ly/3x
https://x.com/user/status/1?s=20 https://twitter.com/i/web/status/1 https://www.facebook.com/permalink.php?id=1&b=2
https://www.youtube.com/watch?v=abc&t=10s https://youtu.be/abc?t=10 https://t.me/channel/1 https://vk.com/wall-1_2
https://www.un.org/en/ga/search/view_doc.asp?symbol=A/RES/1 https://undocs.org/en/S/2018/1
https://www.ohchr.org/Documents/A_HRC_1.pdf https://www.opcw.org/sites/default/files/a%20b.pdf
https://reliefweb.int/map/syria?page=1&list[]=a https://data.humdata.org/dataset/x?res_format=CSV
https://doi.org/10.1000/182 https://doi.org/10.1002/(SICI)1097-4571(199806)49:8%3C693::AID-ASI4%3E3.0.CO;2-O
https://www.ncbi.nlm.nih.gov/pmc/articles/PMC1/ https://arxiv.org/abs/1234.5678v2 https://eur-lex.europa.eu/x?uri=CELEX:1
https://www.gov.uk/a https://www.congress.gov/bill/1?q=%7B%22search%22%3A%22x%22%7D https://münchen.de/rathaus
https://www.россия.рф/ https://例え.jp/ https://xn--mnchen-3ya.de/ https://i❤.ws/ https://my_blog.blogspot.com/
https://name-.tumblr.com/post/1 https://r3---sn-abc.googlevideo.com/x http://example.com http://example.com:80/
https://example.com:443/x http://93.184.216.34/page http://[2606:2800:220:1:248:1893:25c8:1946]/ https://1.1.1.1/
https://2.example.org/ https://3com.com/ https://1.2.3.4.example.org/ https://s3.eu-west-1.amazonaws.com/b/k+1
https://host.example/~user/;v=1?a=1;b=2 https://host.example/100%25 https://host.example/?q=a+b&q=c&&d https://HOST.EXAMPLE/
https://host.example./ https://host.example/a/../b https://host.example/?u=http://127.0.0.1/ https://host.example/@user
https://www.dw.com/ar/سوريا/a-1 https://www.bbc.com/hindi/india-1?at_medium=समाचार https://www.bbc.com/thai/articles/ข่าว
https://हिन्दी.भारत/समाचार https://ไทย.ไทย/ข่าว https://საქართველო.გე/ https://հայ.հայ/նորություններ https://ελλάδα.ελ/νέα
https://한국.한국/뉴스 https://中国.中国/新闻 https://新聞.台灣/一 https://ישראל.ישראל/חדשות https://مصر.مصر/أخبار
https://தமிழ்.இந்தியா/செய்தி https://বাংলা.বাংলা/খবর https://ලංකා.ලංකා/ https://қазақ.қаз/жаңалық https://монгол.мон/мэдээ
https://бг.бг/новини https://укр.укр/новини https://срб.срб/вести https://ລາວ.ລາວ/ https://አማርኛ.example/ዜና https://ខ្មែរ.example/
https://faß.example/straße https://ΒΌΛΟΣ.example/ https://нацбанк.рф/%D0%BA%D1%83%D1%80%D1%81 https://BÜCHER.example/Ä
https://نامه‌ای.example/ https://ශ්‍රී.example/ https://Ｅｘａｍｐｌｅ.org/ https://example。org/ https://日本語．jp/
https://xn--fiqs8s.xn--fiqs8s/ https://XN--MNCHEN-3YA.de/ https://xn--e1afmkfd.xn--p1ai/ https://xn--i-7iq.ws/
https://💩.la/ https://🍕.example/🍕 https://👍🏽.example/ https://❤️.example/ https://☃.net/ https://example.org/🇺🇦?q=🕊
https://a_b.example.org/ https://_dmarc.example.org/ https://under_score_.example/ https://-a.example/ https://a--b.example/
https://xn.example/ https://0x.example/ https://0x7f.example/ https://1e100.net/ https://127.example/ https://0.0.0.0.example/
https://169.254.169.254.example.org/ https://localhost.example.org/ https://metadata.example.org/ https://internal.example/
https://10.example.org/ https://192-168-0-1.example.org/ https://4chan.org/ https://9gag.com/ https://360.cn/ https://163.com/
https://example.museum/ https://example.photography/ https://example.co.uk/ https://a.b.c.d.e.f.g.h.example.org/ https://dk/
http://example.org:443/ https://example.org:80/ http://example.org: https://example.org:443 http://EXAMPLE.org:80/a
http://8.8.8.8/ https://9.9.9.9:443/ http://1.0.0.1:80/x http://223.255.255.254/ http://100.128.0.1/ http://172.32.0.1/
http://192.0.3.1/ http://198.20.0.1/ http://203.0.114.1/ http://169.253.1.1/ http://11.0.0.1/ http://126.255.255.255/
http://[2001:4860:4860::8888]/ https://[2620:fe::fe]:443/ http://[2a00:1450:4001:82a::200e]/x http://[2400:CB00:2048:1::6814:155]/
http://[2003::1]/ http://[2001:200::1]/ http://[2606:4700:4700:0:0:0:0:1111]:80/ http://[2A03:2880:f12f:83:face:b00c:0:25de]/
https://example.org./a https://example.org.:443/a https://www.example.org./?q https://münchen.de./
https://example.org/a//b///c https://example.org/./a/../b/./ https://example.org/%2e%2e/%2E/a https://example.org/..;/a
https://example.org/a;b=c;d/e,f https://example.org/a:b/c@d https://example.org/(a)/[b]/{c} https://example.org/a|b^c`d
https://example.org/a%00b https://example.org/a%0d%0ab https://example.org/%%%zz https://example.org/%c3%28 https://example.org/%FF
https://example.org/'a'/"b"/<c> https://example.org/*/!$/&=+ https://example.org/~a/-_. https://example.org/a%2Fb%5Cc
https://example.org/?a=1&a=2&a[]=3&a[b][c]=4 https://example.org/?url=https%3A%2F%2F10.0.0.1%2F&x=%0A https://example.org/?
https://example.org/?q=http://user:pass@localhost:80/ https://example.org/?q=a?b?c https://example.org?x=/../y https://example.org/?#
https://example.org/?{"a":[1,2]} https://example.org/?q="quoted"&r=<tag>&s=%3Cscript%3E https://example.org/?;&;=&=
https://example.org/#!/hash/bang https://example.org/#:~:text=gave%20notice,positions https://example.org/a#b#c?d https://example.org/#
https://example.org/?utm_source=a&utm_medium=b&fbclid=IwAR0_-x https://example.org/?__cf_chl_tk=a.b-c_d https://example.org/?v=1,2;3
https://example.org/café https://example.org/café https://example.org/?q=naïve https://example.org/Ω/Å https://example.org/ﬁ
https://example.org/עברית/العربية?q=فارسی https://example.org/русский_язык(1) https://example.org/日本語.html#見出し https://example.org/ไทย
https://s3.amazonaws.com/bucket/a+b%20c?X-Amz-Date=20200101T000000Z&X-Amz-Signature=ab https://storage.googleapis.com/b/o?alt=media
https://docs.google.com/document/d/1-_a/edit#heading=h.x https://drive.google.com/uc?id=1&export=download https://goo.gl/maps/a
https://www.google.com/amp/s/www.example.org/amp/ https://cdn.ampproject.org/c/s/example.org/a https://r.jina.example/http://example.org/
https://web.archive.org/web/20200101id_/https://example.org/?a=b#c https://archive.today/2020.01.01-000000/https://example.org/
https://example.org/index.php/a/b.html?sid=abc&PHPSESSID=1 https://example.org/a.aspx?ID=%7BA-1%7D https://example.org/cgi-bin/x.pl?a+b
https://example.org/wiki/Special:Search?search=%22a%22 https://example.org/ipfs/Qm123/a
https://example.org/.well-known/x https://example.org/@a/1
"""


LONGEST = f"https://example.org/{'a' * (MAX_LENGTH - 20)}"
LONGEST_NAME = f"https://{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 61}/"


@pytest.mark.parametrize("way", ["straight", "redirect", "webhook"])
def test_legitimate_addresses_are_not_refused(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    urls = [*LEGITIMATE.split(), LONGEST, LONGEST_NAME]
    location = b""

    with Origin(lambda visit: visit.send(REDIRECT % location)) as origin:
        dialled = only_loopback_connects(monkeypatch)
        rules = egress(origin, resolve=lambda host: [PUBLIC])
        for url in urls:
            location = url.encode()
            body = b"{}" if way == "webhook" else None
            with pytest.raises(Unreachable) as unreachable:
                rules.fetch(origin.url() if way == "redirect" else url, method="POST" if body else "GET", body=body)
            assert unreachable.value.code == "connect", url

    public = [address for address in dialled if address != "127.0.0.1"]
    assert len(urls) == len(set(urls)) == len(public) > 220
    assert all(address == PUBLIC or address in url for url, address in zip(urls, public, strict=True) if "[" not in url)


def test_the_longest_address_is_as_long_as_it_may_be() -> None:
    assert len(LONGEST) == MAX_LENGTH
    with pytest.raises(Refused, match="shorten"):
        egress().fetch(f"{LONGEST}a")
    with pytest.raises(Refused, match="host name has"):
        egress().fetch(LONGEST_NAME.replace("d/", "dd/"))
