"""A person as pages show one: initial, name, what he is and where, and a number that is masked before it comes here."""

from dataclasses import dataclass

TITLES = ("Mr ", "Ms ")


@dataclass(frozen=True)
class Face:
    name: str
    role: str = ""
    unit: str = ""
    phone: str = ""

    @property
    def initial(self):
        """The surname's first character: 彭 of 彭先生, 彭 of Mr 彭."""
        name = self.name
        for title in TITLES:
            name = name.removeprefix(title)
        return name[:1].upper()


def face_of(user, *, phone=""):
    """A colleague with his first role; `phone` as the reader may see it."""
    first = next(iter(user.membership_list), None)
    return Face(str(user), first.get_role_display() if first else "", first.unit.name if first else "", phone)
