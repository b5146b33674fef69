from django.urls import path, re_path

from insights import clock_views, sighting_views, views
from insights.alerts import views as alerts
from insights.boards import views as boards
from insights.callback_rates import views as callback_rates
from insights.figures import views as figures
from insights.memos import views as memos
from insights.published import views as published
from insights.ranking import views as ranking
from insights.reports import views as reports

CLOCK = r"tickets/(?P<ticket_no>[0-9]{1,16})/clocks/(?P<clock_id>[0-9]{1,18})/$"

app_name = "insights"
urlpatterns = [
    path("responsibility/", clock_views.responsible, name="responsibility"),
    path("desk/alerts/", alerts.alerts, name="alerts"),
    re_path(r"^desk/alerts/(?P<alert_id>[0-9]{1,18})/$", alerts.alert, name="alert"),
    path("desk/memos/", memos.memos, name="memos"),
    path("desk/memos/new/", memos.new, name="memo-new"),
    re_path(r"^desk/memos/(?P<memo_id>[0-9]{1,18})/$", memos.memo, name="memo"),
    path("desk/board/", boards.board, name="board"),
    path("desk/wall/", boards.on_the_wall, name="wall"),
    path("desk/callback-figures/", callback_rates.page, name="callback-figures"),
    path("desk/figures/", figures.figures, name="figures"),
    path("desk/figures/<slug:code>/", figures.rows, name="figure-list"),
    path("desk/ranking/", ranking.ranking, name="ranking"),
    path("desk/reports/", reports.reports, name="reports"),
    path("desk/reports/last-hour/", reports.last_hour, name="report-last-hour"),
    path("desk/reports/<int:report_id>/", reports.report, name="report"),
    path("desk/reports/<int:report_id>/<slug:name>/", reports.act, name="report-act"),
    path("desk/reports/<int:report_id>/file.<slug:ending>", reports.file, name="report-file"),
    path("how-we-count/", figures.how_we_count, name="how-we-count"),
    path("desk/published/", published.page, name="published"),
    path("audit/", views.audit_log, name="audit-log"),
    re_path("^" + CLOCK, clock_views.clock, name="clock"),
    re_path(r"^tickets/(?P<ticket_no>[0-9]{1,16})/holders/$", clock_views.holders, name="holders"),
    re_path(r"^tickets/(?P<ticket_no>[0-9]{1,16})/seen/$", sighting_views.seen, name="seen"),
    re_path("^api/v1/" + CLOCK, clock_views.clock_api, name="api-clock"),
]
