"""A zip from outside, unpacked piece by piece and only so far: what its head says of sizes is not believed."""
import zipfile

CHUNK = 64 * 1024


class TooMuch(Exception):
    """It has more members, or unpacks to more, than such a file can."""


class Archive:
    """`with Archive(file, members=…, room=…) as archive`: at most so many members and so many bytes, all reading together.

    Raises TooMuch; and whatever zipfile raises for what is no zip or a broken one, which is much.
    """

    def __init__(self, file, *, members, room):
        self.zip, self.room = zipfile.ZipFile(file), room
        if len(self.zip.infolist()) > members:
            self.zip.close()
            raise TooMuch

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.zip.close()

    def members(self):
        """Each name once, the last of its kind: that is the one which readers of documents open."""
        return list({info.filename: info for info in self.zip.infolist()}.values())

    def pieces(self, info):
        with self.zip.open(info) as part:
            while piece := part.read(CHUNK):
                self.room -= len(piece)
                if self.room < 0:
                    raise TooMuch
                yield piece

    def content(self, info):
        return b"".join(self.pieces(info))

    def measure(self):
        """Unpack everything and keep nothing."""
        for info in self.zip.infolist():
            for _piece in self.pieces(info):
                pass
