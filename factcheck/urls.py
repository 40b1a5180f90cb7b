"""Every address the desk answers."""

from django.contrib import admin
from django.urls import include, path

from factcheck import health

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/", include("partners.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("", include("partners.public_urls")),
]

# Below /api/ these answer problems (RFC 9457), elsewhere Django's pages.
handler400 = "partners.exceptions.bad_request"
handler403 = "partners.exceptions.permission_denied"
handler404 = "partners.exceptions.page_not_found"
handler500 = "partners.exceptions.server_error"
