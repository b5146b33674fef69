"""Static files out of node_modules: the files named in settings.NODE_ASSETS and nothing else."""
import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.checks import Error
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class NodeModulesFinder(BaseFinder):
    def __init__(self, *args, **kwargs):
        self.storage = _NamedFiles(Path(settings.NODE_MODULES), settings.NODE_ASSETS)

    def check(self, **kwargs):
        collected = Path(settings.STATIC_ROOT or "/nowhere") / "staticfiles.json"
        here = Path(settings.ICONS).is_dir()
        lost = [] if here else [Error(f"{settings.ICONS} is missing: run `npm ci`.", id="hotline.E003")]
        if collected.exists():  # an image carries no node_modules, but for the icons
            return lost
        return lost + [Error(f"{source} is missing: run `npm ci` (or `make run`).", id="hotline.E002")
                for name, source in settings.NODE_ASSETS.items() if not Path(self.storage.path(name)).is_file()]

    def find(self, path, find_all=False, **kwargs):
        name = str(path).replace("\\", "/")
        hits = [self.storage.path(name)] if self.storage.exists(name) else []
        return hits if find_all or kwargs.get("all") else (hits[0] if hits else [])

    def list(self, ignore_patterns):
        for name in settings.NODE_ASSETS:
            yield name, self.storage


class _NamedFiles(FileSystemStorage):
    def __init__(self, root: Path, files: dict[str, str]):
        super().__init__(location=str(root))
        self.files = files

    def exists(self, name):
        return name in self.files and super().exists(name)

    def path(self, name):
        return super().path(self.files.get(name, name))


class ManifestStorage(CompressedManifestStaticFilesStorage):
    """Hashed names. Source maps are not shipped, so references to them are left alone."""
    patterns = tuple(
        (glob, tuple(p for p in patterns if "sourceMappingURL" not in (p if isinstance(p, str) else p[0])))
        for glob, patterns in CompressedManifestStaticFilesStorage.patterns)


class VersionedStorage(StaticFilesStorage):
    """Without collectstatic: an address names the content, so that a browser keeps a file and still sees an update."""

    def url(self, name):
        version = version_of(str(name))
        return super().url(name) + (f"?v={version}" if version else "")


@cache
def version_of(name: str) -> str:
    path = finders.find(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12] if path and Path(path).is_file() else ""
