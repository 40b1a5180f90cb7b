"""The addresses that need no key: public pages and the verdict log."""

from django.urls import path

from partners.views import log, public

urlpatterns = [
    path("", public.front, name="front"),
    path("verdicts/<uuid:verdict_id>/", public.verdict, name="public-verdict"),
    path("verdicts/<uuid:verdict_id>/versions/<int:number>/", public.verdict, name="public-version"),
    path("log/vkey", log.verifier_key, name="log-vkey"),
    path("log/vkeys", log.verifier_keys, name="log-vkeys"),
    path("log/checkpoint", log.checkpoint, name="log-checkpoint"),
    path("log/tile/<path:where>", log.tile, name="log-tile"),
]
