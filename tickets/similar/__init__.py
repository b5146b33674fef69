"""Who calls, and was this reported before (SPEC 7.3, 3.6): what the operator sees in the middle of the intake screen.

`candidates` scores one matter against another and knows no database; `lookup` fetches the few tickets that can be alike;
`shown` says what of them an operator reads; `checking` asks for the tick before a matter is submitted; `joining` does what
he decides, by the steps that everybody takes; `who_calls` is about the caller, `notes` what is to be heeded with some callers.
"""
