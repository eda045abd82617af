"""Find the public repository that a book is built from, and its address in Binder."""

import re
import subprocess
from pathlib import Path
from urllib.parse import quote, urlsplit

from sphinx.errors import ExtensionError

# Hosts whose repositories anybody can reach. Another is taken only where REPOSITORY_URL names it: it may be private.
PUBLIC_HOSTS = ("github.com", "gitlab.com")
SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[^:/\s]+):(?P<path>[^\\\s]+)")  # git@host:owner/name.git
PATH = re.compile(r"[\w~-][\w.~-]*(/[\w~-][\w.~-]*)+")


def web_address(remote):
    """Return the address at which a browser finds what git calls `remote`, or None where there is none.

    Parameters
    ----------
    remote : str
        In any form that git knows. User names and passwords are left out.

    Returns
    -------
    str or None
        "https://host/owner/name"; None for a folder, a file, or this machine.

    Examples
    --------
    >>> web_address("git@github.com:owner/name.git")
    'https://github.com/owner/name'
    """
    remote = remote.strip()
    if "://" in remote:
        parts = urlsplit(remote)
        if parts.scheme not in ("https", "http", "ssh", "git"):
            return None
        host, path = parts.hostname or "", parts.path
    elif match := SCP.fullmatch(remote):
        host, path = match["host"].lower(), match["path"]
    else:
        return None
    host, path = host.removeprefix("www."), path.strip("/").removesuffix(".git")
    named = re.search(r"\.[a-z]", host)  # neither localhost nor 127.0.0.1 nor a name from somebody's ssh settings
    return f"https://{host}/{path}" if named and PATH.fullmatch(path) else None


def find_repository(environ, folder):
    """Return the web address of the public repository that the book is built from, or None where it is unknown.

    The variable REPOSITORY_URL comes first, then what GitHub Actions, GitLab CI and Read the Docs say, then
    git's remote "origin". So each fork gets its own.

    Parameters
    ----------
    environ : mapping of str to str
        The build's environment variables.
    folder : path
        The course's folder, the root of its repository.

    Raises
    ------
    ExtensionError
        Where REPOSITORY_URL is set, and is not the address of a repository.
    """
    if named := environ.get("REPOSITORY_URL"):
        if address := web_address(named):
            return address
        # What was given is not repeated: it might hold a password.
        raise ExtensionError("REPOSITORY_URL must be a repository's address, such as https://github.com/owner/name")
    remotes = (
        f"{environ.get('GITHUB_SERVER_URL')}/{environ.get('GITHUB_REPOSITORY')}",
        environ.get("CI_PROJECT_URL", ""),
        environ.get("READTHEDOCS_GIT_CLONE_URL", ""),
        origin(folder),
    )
    addresses = filter(None, map(web_address, remotes))
    return next((address for address in addresses if urlsplit(address).netloc in PUBLIC_HOSTS), None)


def origin(folder):
    """Return git's remote "origin" of the repository whose root is `folder`, or "" where there is none."""
    if not Path(folder, ".git").exists():  # or git would answer for a repository around it
        return ""
    try:
        command = ["git", "-C", str(folder), "remote", "get-url", "origin"]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except FileNotFoundError:  # no git on this machine
        return ""


def binder_address(repository, notebook):
    """Return the address that opens a notebook of a repository in Binder, at its default branch.

    Examples
    --------
    >>> binder_address("https://github.com/owner/name", "notebooks/01.ipynb")
    'https://mybinder.org/v2/gh/owner/name/HEAD?urlpath=lab/tree/notebooks/01.ipynb'
    """
    host, _, path = repository.removeprefix("https://").partition("/")
    # GitLab nests groups, so that Binder asks for the path as one piece; so it does for any other address.
    known = {"github.com": f"gh/{path}", "gitlab.com": f"gl/{quote(path, safe='')}"}
    place = known.get(host) or f"git/{quote(repository, safe='')}"
    return f"https://mybinder.org/v2/{place}/HEAD?urlpath={quote(f'lab/tree/{notebook}')}"
