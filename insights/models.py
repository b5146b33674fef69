from insights.ranking.rows import Ranking, Rectification, ScoreAdjustment
from insights.reports.rows import Report, ReportCounter
from insights.rollups.rows import Axis, HourlyFigures, HourMark, MarkedCall, MarkedEvent, MarkedPhoneCall

__all__ = ["Axis", "HourMark", "HourlyFigures", "MarkedCall", "MarkedEvent", "MarkedPhoneCall", "Ranking", "Rectification",
           "Report", "ReportCounter", "ScoreAdjustment"]
