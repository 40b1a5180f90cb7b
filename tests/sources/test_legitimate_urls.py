"""Addresses that people cite: the rules must not stand in their way."""

from __future__ import annotations

import pytest

from sources.fetching import Unreachable
from tests.sources.loopback import PUBLIC, egress, only_loopback_connects

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
"""


def test_legitimate_addresses_are_not_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = only_loopback_connects(monkeypatch)
    rules = egress(resolve=lambda host: [PUBLIC])

    for url in LEGITIMATE.split():
        with pytest.raises(Unreachable) as unreachable:
            rules.fetch(url)
        assert unreachable.value.code == "connect", url

    assert len(LEGITIMATE.split()) == len(dialled) > 60
    assert set(dialled) == {PUBLIC, "1.1.1.1", "2606:2800:220:1:248:1893:25c8:1946"}
