from insights.alerts.rows import Alert, AlertTicket, Broadcast, BroadcastTo, Memo
from insights.ranking.rows import Ranking, Rectification, ScoreAdjustment
from insights.reports.rows import Report, ReportCounter
from insights.rollups.rows import Axis, HourlyFigures, HourMark, MarkedCall, MarkedEvent, MarkedFinding, MarkedPhoneCall

__all__ = ["Alert", "AlertTicket", "Axis", "Broadcast", "BroadcastTo", "HourMark", "HourlyFigures", "MarkedCall", "MarkedEvent",
           "MarkedFinding", "MarkedPhoneCall", "Memo", "Ranking", "Rectification", "Report", "ReportCounter", "ScoreAdjustment"]
