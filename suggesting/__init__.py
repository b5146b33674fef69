"""What a matter may be about before anybody has said so (suggestions beside the intake form), and what many people tell.

`grams` reads a message as numbers, `linear` asks a trained classifier, `training` makes one, `evaluating` says how good it
is; `versions` trains with the district's own tickets and keeps the better one. `nature`, `urgency` and `places` read words;
`advice` puts it all together for one form. Nothing here fills anything in: a person takes a suggestion over, or does not.
`hot` groups messages into themes.
"""
