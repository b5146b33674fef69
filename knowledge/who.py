"""Who reads, proposes and writes knowledge (SPEC 5.2)."""
from accounts.roles import Role

EDITORS = (Role.KE,)
PROPOSERS = (Role.OP, Role.LI)
READERS = (Role.OP, Role.OPS, Role.RV, Role.DP, Role.LI, Role.HD, Role.CB, Role.SV, Role.KE)
