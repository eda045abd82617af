"""Packages from npm, each held against the hash that is pinned for it."""

import base64
import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_package(package, integrity):
    """Fetch a package at a version, ``name@1.2.3``, and yield its archive, opened; its files are under ``package/``."""
    if shutil.which("npm") is None:
        raise SystemExit(f"{package} comes with npm, which is not here")
    with tempfile.TemporaryDirectory() as place:
        command = ["npm", "pack", "--silent", "--pack-destination", place, package]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(place).iterdir()
        check_integrity(archive, integrity)
        with tarfile.open(archive) as files:
            yield files


def check_integrity(archive, integrity):
    """Hold a package against its pinned hash."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != integrity:
        raise SystemExit(
            f"{archive.name} is {found}, not {integrity}. If another version was meant, renew INTEGRITY where it is "
            "pinned, from `npm view <name>@<version> dist.integrity`."
        )
