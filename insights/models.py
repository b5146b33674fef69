from insights.rollups.rows import Axis, HourlyFigures, HourMark, MarkedCall, MarkedEvent, MarkedPhoneCall

__all__ = ["Axis", "HourMark", "HourlyFigures", "MarkedCall", "MarkedEvent", "MarkedPhoneCall"]
