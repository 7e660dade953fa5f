"""Pulumi's assets and archives: their bytes, the hash of their content, their form in a state."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi

Asset = pulumi.Asset | pulumi.Archive

_HASH = "sha256"
_PATH = "path"
_KNOWN = "known_content_hash"
# The oldest date in a zip file: the same files give the same bytes on any day.
_DATE = (1980, 1, 1, 0, 0, 0)


class AssetError(TypeError):
    """An asset that cannot be read on this machine."""


def known(asset: Asset, content_hash: str) -> Asset:
    """The asset with the hash that its content had when it was deployed."""
    vars(asset)[_KNOWN] = content_hash
    return asset


def content_hash(asset: Asset) -> str:
    """A hash of the content, wherever its files are; if it is known, they are not read."""
    known_hash = vars(asset).get(_KNOWN)
    return _hash_of_files(asset) if known_hash is None else str(known_hash)


def is_as_known(asset: Asset) -> bool:
    """Whether its files exist and are unchanged."""
    try:
        return _hash_of_files(asset) == content_hash(asset)
    except AssetError:
        return False


def _hash_of_files(asset: Asset) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(_entries(asset, "")):
        for part in (name.encode(), content):
            digest.update(b"%d:" % len(part))
            digest.update(part)
    return digest.hexdigest()


def zip_of(archive: Asset) -> bytes:
    """The archive as a zip file; a zip file as it is."""
    path = getattr(archive, "path", None)
    if isinstance(archive, pulumi.FileArchive) and Path(str(path)).is_file():
        return Path(str(path)).read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in sorted(_entries(archive, "")):
            info = zipfile.ZipInfo(name, _DATE)
            info.external_attr = 0o644 << 16
            made.writestr(info, content)
    return packed.getvalue()


def _entries(asset: object, name: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of its files; an archive that is itself a file has one."""
    if isinstance(asset, pulumi.AssetArchive):
        for inner_name, inner in asset.assets.items():
            yield from _entries(inner, _joined(name, inner_name))
    elif isinstance(asset, pulumi.StringAsset):
        yield name, asset.text.encode()
    elif isinstance(asset, pulumi.FileAsset | pulumi.FileArchive):
        yield from _files(Path(asset.path), name)
    else:
        raise AssetError(
            f"expected files, folders or text of this machine, got {type(asset).__name__}; "
            "download it first and declare a FileAsset or a FileArchive"
        )


def _files(path: Path, name: str) -> Iterator[tuple[str, bytes]]:
    if path.is_file():
        yield name, path.read_bytes()
    elif path.is_dir():
        for file in path.rglob("*"):
            if file.is_file():
                yield _joined(name, file.relative_to(path).as_posix()), file.read_bytes()
    else:
        raise AssetError(f"expected a file or a folder, got {path}, which does not exist")


def _joined(folder: str, name: str) -> str:
    return "/".join(
        part for part in (*folder.split("/"), *name.split("/")) if part not in ("", ".")
    )


def located(value: Any, folder: Path) -> Any:
    """The value, with relative file paths resolved against the folder."""
    if isinstance(value, pulumi.FileArchive | pulumi.FileAsset):
        return type(value)(str(folder / value.path))
    if isinstance(value, pulumi.AssetArchive):
        return pulumi.AssetArchive(located(value.assets, folder))
    if isinstance(value, Mapping):
        return {key: located(inner, folder) for key, inner in value.items()}
    return [located(inner, folder) for inner in value] if isinstance(value, list) else value


def plain(value: Any) -> Any:
    """The value as JSON: an asset becomes its path and content hash."""
    if isinstance(value, Asset):
        return {_PATH: getattr(value, "path", None), _HASH: content_hash(value)}
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def revived(value: Any) -> Any:
    """The reverse of `plain`."""
    if isinstance(value, Mapping):
        if value.keys() == {_PATH, _HASH}:
            return known(pulumi.FileArchive(value[_PATH] or ""), value[_HASH])
        return {key: revived(inner) for key, inner in value.items()}
    return [revived(inner) for inner in value] if isinstance(value, list) else value
