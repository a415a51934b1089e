"""Where a project keeps its state, and why a file there may not be used.

The author of a pull request writes `reconciler.yaml`, and may add files and links: none of that
may choose another state. `RECONCILER_STATE` is the operator's, and may point anywhere.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath

from reconciler.errors import ProjectError
from reconciler.manifests import git
from reconciler.manifests.credentials import FromEnvironment
from reconciler.model.state_url import SIDE_FILES, file_of

VARIABLE = "RECONCILER_STATE"
_OPERATOR = f"only {VARIABLE} may name a state elsewhere: set it where you run reconciler"


def located(root: Path, written: str | FromEnvironment, environment: Mapping[str, str]) -> str:
    """The URL of the state; raises ProjectError where it must not be there.

    The value of a variable is in no message.
    """
    if url := environment.get(VARIABLE):
        _refuse_what_git_brings(root, url, f"the state that {VARIABLE} names")
        return url
    if isinstance(written, str):
        url, what = written, f"the state `{written}`"
    else:
        what = f"the state that {written.env} names"
        url = environment.get(written.env, "")
        if not url:
            raise ProjectError(
                "PRJ108", f"{written.env}, which names the state, is not set",
                hint=f"export {written.env}",
            )  # fmt: skip
    path = file_of(url)
    if path is not None and _inside(root, path) is None:
        raise ProjectError("PRJ155", f"{what} is outside the project's folder", hint=_OPERATOR)
    _refuse_what_git_brings(root, url, what)
    return url


def variable_of(written: str | FromEnvironment, environment: Mapping[str, str]) -> str:
    """The variable that names the state, empty where the project file does."""
    if environment.get(VARIABLE):
        return VARIABLE
    return "" if isinstance(written, str) else written.env


def refuse_links(root: Path, name: str, what: str) -> None:
    """Raises ProjectError where a file of a project is a link, or reached through one."""
    for part in _and_parents(PurePath(name)):
        if (root / part).is_symlink():
            raise ProjectError(
                "PRJ156",
                f"{what} cannot be used: `{part.as_posix()}` is a symbolic link",
                hint="replace the link by a folder or file of its own; a state elsewhere is "
                f"named by {VARIABLE}",
            )


def _refuse_what_git_brings(root: Path, url: str, what: str) -> None:
    """Links and tracked files come with a checkout, so that anybody may have chosen them."""
    path = file_of(url)
    name = _inside(root, path) if path is not None else None
    if name is None:
        return
    files = [name, *(f"{name}{each}" for each in SIDE_FILES)]
    for each in files:
        refuse_links(root, each, what)
    there = [each for each in files if os.path.lexists(root / each)]
    if there and (found := git.tracked(root, there)):
        shown = what if "names" in what else f"`{found[0]}`"
        raise ProjectError(
            "PRJ157",
            f"Git tracks {shown}: a pull request could replace the state",
            hint="remove it from Git (`git rm --cached`) and add .reconciler/ to .gitignore",
        )


def _inside(root: Path, path: str) -> str | None:
    """The name of a file relative to the project, None where it lies outside."""
    if os.pardir in PurePath(path).parts:  # what it means depends on links
        return None
    for base in (os.path.normpath(root.absolute()), os.path.realpath(root)):
        name = os.path.relpath(os.path.normpath(Path(base) / path), base)
        if name != os.curdir and PurePath(name).parts[0] != os.pardir:
            return PurePath(name).as_posix()
    return None


def _and_parents(name: PurePath) -> Iterator[PurePath]:
    yield from reversed([each for each in name.parents if each != PurePath()])
    yield name
