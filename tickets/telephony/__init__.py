"""The seam to a telephone system: what it tells becomes rows beside the ledger of calls, and a bar on the operator's screen.

A telephone system, or the phone simulator, hands `events.take()` one event after the other, in any order and as often as it
likes. `seats` says who sits where, `adapters` speak with what is on the market.
"""
