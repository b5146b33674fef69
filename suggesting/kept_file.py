"""A classifier in a file, with what it was trained with: so that nobody measures it with the messages it knows by heart."""
import hashlib
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from suggesting.linear import Linear, Unreadable


@dataclass(frozen=True)
class Kept:
    model: Linear
    seen: frozenset[str]  # fingerprints of the messages

    def knows(self, message):
        return fingerprint(message) in self.seen


def fingerprint(message):
    return hashlib.sha256(f"{message.topic}\n{message.detail}".encode("utf-8", "replace")).hexdigest()[:16]


def save(file, model, messages):
    seen = sorted({fingerprint(each) for each in messages})
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("model.npz", model.to_bytes())
        out.writestr("seen.json", json.dumps(seen))


def load(file):
    try:
        with zipfile.ZipFile(file) as held:
            return Kept(Linear.from_bytes(held.read("model.npz")), frozenset(json.loads(held.read("seen.json"))))
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise Unreadable(f"{file}: {error}") from error
