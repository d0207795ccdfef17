"""Evidence in an S3-compatible store (EVIDENCE_STORE=s3://…), by boto3 (requirements/s3.txt).

A file is received on the disk of this machine and sent in one go when it is whole: S3 shows an
object only when all of it is there, so nothing is ever half under its hash.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

from evidence.errors import StoreAway
from evidence.store import HASH, PIECE, Incoming, Store

_MISSING = {"404", "NoSuchKey", "NotFound"}


@cache
def _client(endpoint: str, region: str) -> Any:
    """One client for all threads; credentials as boto3 finds them (AWS_… variables, role)."""
    import boto3  # an extra: only installations with S3 have it
    from botocore.config import Config

    config = Config(
        connect_timeout=5,
        read_timeout=60,
        retries={"max_attempts": 2},
        s3={"addressing_style": "path"},
    )
    return boto3.client(
        "s3", endpoint_url=endpoint or None, region_name=region or None, config=config
    )


@contextmanager
def _answers(sha256: str = "") -> Iterator[None]:
    """Raises FileNotFoundError for an object that is not there, StoreAway for every other fault."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if str(error.response.get("Error", {}).get("Code")) in _MISSING and sha256:
            raise FileNotFoundError(sha256) from error
        raise StoreAway from error
    except (BotoCoreError, Boto3Error) as error:
        raise StoreAway from error


class S3Store(Store):
    """`s3://bucket/folder?endpoint=https://…&region=…`: objects `folder/ab/abcd…`."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder)
        parts = urlsplit(url)
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.bucket, self.prefix = parts.netloc, parts.path.strip("/")
        self.client = _client(asked.get("endpoint", ""), asked.get("region", ""))

    def _place(self, sha256: str) -> dict[str, str]:
        if not HASH.fullmatch(sha256):
            raise ValueError("not a SHA-256")
        key = "/".join(filter(None, (self.prefix, sha256[:2], sha256)))
        return {"Bucket": self.bucket, "Key": key}

    def keep(self, incoming: Incoming) -> str:
        sha256 = incoming.sha256
        place = self._place(sha256)
        with _answers():
            self.client.upload_file(str(incoming.path), place["Bucket"], place["Key"])
        if self.size(sha256) != incoming.size:
            raise StoreAway
        return sha256

    def open(self, sha256: str) -> BinaryIO:
        ranged = _Ranged(self.client, self._place(sha256), sha256, self.size(sha256))
        return cast("BinaryIO", io.BufferedReader(ranged, PIECE))

    def size(self, sha256: str) -> int:
        place = self._place(sha256)
        with _answers(sha256):
            return int(self.client.head_object(**place)["ContentLength"])

    def exists(self, sha256: str) -> bool:
        try:
            return self.size(sha256) >= 0
        except FileNotFoundError:
            return False

    def discard(self, sha256: str) -> None:
        place = self._place(sha256)
        with _answers():
            self.client.delete_object(**place)

    def names(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2")
        within = f"{self.prefix}/" if self.prefix else ""
        with _answers():
            for page in pages.paginate(Bucket=self.bucket, Prefix=within):
                for found in page.get("Contents", ()):
                    name = str(found["Key"]).rpartition("/")[2]
                    if HASH.fullmatch(name):
                        yield name


class _Ranged(io.RawIOBase):
    """An object read in ranges as it is asked for, from any place: nothing of it is stored here."""

    def __init__(self, client: Any, place: dict[str, str], sha256: str, size: int) -> None:
        super().__init__()
        self._client, self._where, self._sha256, self._size = client, place, sha256, size
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        length = min(len(buffer), self._size - self._at)
        if length <= 0:
            return 0
        asked = f"bytes={self._at}-{self._at + length - 1}"
        with _answers(self._sha256):
            got = self._client.get_object(**self._where, Range=asked)["Body"].read()
        buffer[: len(got)] = got
        self._at += len(got)
        return len(got)
