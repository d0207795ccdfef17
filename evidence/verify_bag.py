#!/usr/bin/env python3
"""校验证据包 / Verify an evidence package.    python3 verify.py [FOLDER]

Python 3.9 or later and its standard library, nothing else; no network. FOLDER is the unpacked
package (by default where this file lies). Exit status: 0 whole, 1 something does not hold.

Every check can be made with other tools: README.txt says how.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PIECE = 1024 * 1024
faults: list[str] = []
Json = dict[str, Any]


def fault(zh: str, en: str) -> None:
    """Note and print what does not hold."""
    faults.append(en)
    print(f"  ✗ {zh} / {en}")


def good(zh: str, en: str) -> None:
    """Print what holds."""
    print(f"  ✓ {zh} / {en}")


def canonical(value: object) -> bytes:
    """JSON with one spelling: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha256_of(path: Path) -> str:
    """SHA-256 (hex) of a file, read in pieces."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            hasher.update(piece)
    return hasher.hexdigest()


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file without their ends; none where there is no file."""
    if path.is_file():
        with path.open("rb") as file:
            yield from (line.rstrip(b"\n") for line in file)


def pages(path: Path) -> list[Any]:
    """Each line as JSON."""
    return [json.loads(line) for line in lines_of(path)]


# --- 1 the files


def manifest(root: Path, name: str) -> dict[str, str]:
    """path → SHA-256, as a manifest of the bag has it."""
    found = {}
    for line in lines_of(root / name):
        digest, _, path = line.decode().partition("  ")
        if not path or Path(path).is_absolute() or ".." in Path(path).parts:
            fault(f"{name} 有一行读不出来", f"{name} has a line that cannot be read")
        else:
            found[path] = digest
    return found


def check_files(root: Path) -> dict[str, str]:
    """Every file against the manifests, and no file that they do not name."""
    payload, tags = manifest(root, "manifest-sha256.txt"), manifest(root, "tagmanifest-sha256.txt")
    named = {**payload, **tags}
    there = {p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()}
    for path in sorted(named.keys() - there):
        fault(f"缺少文件 {path}", f"missing: {path}")
    for path in sorted(there - named.keys() - {"tagmanifest-sha256.txt"}):
        if "__pycache__" not in path:
            fault(f"多出文件 {path}", f"not of the package: {path}")
    for path in sorted(named.keys() & there):
        if sha256_of(root / path) != named[path]:
            fault(f"文件被改动过 {path}", f"altered: {path}")
    if not payload or "bagit.txt" not in tags or "manifest-sha256.txt" not in tags:
        fault("没有完整的清单", "the manifests are not complete")
    if not faults:
        good(f"{len(named)} 个文件与清单一致", f"{len(named)} files as in the manifests")
    return payload


def bag_info(root: Path) -> dict[str, str]:
    """bag-info.txt as names and values."""
    rows = (line.decode().partition(": ") for line in lines_of(root / "bag-info.txt"))
    return {name: value for name, _, value in rows}


# --- 2 the record


def check_record(root: Path, about: dict[str, str]) -> list[Json]:
    """The audit chain: each line is what was hashed, and contains the hash of the line before."""
    before, entries, found = "", [], len(faults)
    for number, line in enumerate(lines_of(root / "data/audit.jsonl"), 1):
        entry = json.loads(line)
        if entry["sequence"] != number or entry["previous_hash"] != before:
            fault(f"审计链在第 {number} 条断开", f"the record breaks at entry {number}")
        before = hashlib.sha256(line).hexdigest()
        entries.append(entry)
    if not entries or before != about.get("Kesu-Audit-Head"):
        fault("审计链末尾不对", "the end of the record is another")
    if len(faults) == found:
        good(f"{len(entries)} 条审计记录首尾相接", f"{len(entries)} entries of the record hold")
    return entries


def check_blocks(root: Path) -> None:
    """Each entry leads by its path to the root of its block, which is in the hash of the block."""
    entries = list(lines_of(root / "data/audit.jsonl"))
    blocks = {block["number"]: block for block in pages(root / "data/blocks.jsonl")}
    before, proofs = len(faults), pages(root / "data/proofs.jsonl")
    for block in blocks.values():
        said = {k: block[k] for k in ("number", "previous_hash", "root", "sealed_at", "size")}
        if hashlib.sha256(canonical(said)).hexdigest() != block["hash"]:
            fault(f"区块 {block['number']} 不对", f"block {block['number']} does not hold")
    for proof, line in zip(proofs, entries):  # noqa: B905 - Python 3.9 has no strict
        node = hashlib.sha256(b"\0entry:%d\n%b" % (proof["id"], line)).digest()
        for side, hashed in proof["path"]:
            other = bytes.fromhex(hashed)
            pair = other + node if side == "left" else node + other
            node = hashlib.sha256(b"\1" + pair).digest()
        if node.hex() != blocks[proof["block"]]["root"]:
            n, block = proof["line"], proof["block"]
            fault(f"第 {n} 条不在区块 {block} 中", f"entry {n} is not in block {block}")
    if len(proofs) != len(entries):
        fault("有记录不在任何区块中", "entries without a block")
    if len(faults) == before:
        text = f"{len(proofs)} 条记录在 {len(blocks)} 个封存区块中"
        good(text, f"{len(proofs)} entries in {len(blocks)} sealed blocks")


# --- 3 what the record says of the files


def check_evidence(root: Path, payload: dict[str, str], entries: list[Json]) -> None:
    """Every piece of evidence has the hash with which it was received."""
    received = {
        e["detail"]["number"]: e["detail"]["sha256"]
        for e in entries
        if e["verb"] == "evidence.received"
    }
    items = json.loads((root / "data/evidence.json").read_bytes())
    before = len(faults)
    for item in items:
        n = item["number"]
        if received.get(n) != item["sha256"]:
            fault(f"证据 {n} 与收到时的哈希不符", f"evidence {n} is not what was received")
        if item["path"] and payload.get(item["path"]) != item["sha256"]:
            fault(f"证据 {n} 的文件不对", f"evidence {n}: another file")
    if received.keys() != {item["number"] for item in items}:
        fault("证据的件数与审计记录不符", "other evidence than the record knows")
    if len(faults) == before:
        kept = sum(1 for item in items if item["path"])
        text = f"{len(items)} 件证据（{kept} 件附有文件）与收到时相同"
        good(text, f"{len(items)} pieces of evidence ({kept} with files) as received")


def check_analyses(root: Path, entries: list[Json]) -> None:
    """Every frozen legal analysis has the fingerprint that the record holds."""
    frozen = {e["detail"]["sha256"] for e in entries if e["verb"] == "analysis.frozen"}
    files = sorted(p for p in (root / "data/analysis").glob("*.json") if ".redacted" not in p.name)
    before = len(faults)
    for path in files:
        if sha256_of(path) not in frozen:
            fault(f"{path.name} 不是当时的分析", f"{path.name} is not the analysis of that time")
    if files and len(faults) == before:
        good(f"{len(files)} 份法律分析与留存时相同", f"{len(files)} legal analyses as frozen")


# --- 4 signatures


def check_signatures(root: Path) -> None:
    """Every signature of counsel: by its key, over its statement, over the content it covers."""
    for folder in sorted((root / "data/signatures").glob("[0-9]*")):
        name, before = folder.name, len(faults)
        if not (folder / "statement.txt").is_file():
            print(
                f"  – 签署 {name}：被签的语句在脱敏版中有遮盖 / statement blacked out, not checked"
            )
            continue
        message = (folder / "statement.txt").read_bytes()
        signed = json.loads(message.partition(b"\n")[2])
        key = public_key(root / "data/signatures/keys" / f"{signed['key']}.pem")
        if hashlib.sha256(key).hexdigest()[:16] != signed["key"]:
            fault(f"签署 {name}：公钥不对", f"signature {name}: another key")
        if not is_signed(key, message, (folder / "signature.bin").read_bytes()):
            fault(f"签署 {name} 无效", f"signature {name} is not valid")
        covered = folder / "covered.json"
        if covered.is_file() and sha256_of(covered) != signed["content"]:
            fault(f"签署 {name}：内容不同", f"signature {name}: other content")
        if len(faults) == before:
            who = f"{signed['signer']} {signed['at'][:19]}Z"
            text = f"签署 {name} 有效（{who}，公钥 {signed['key']}）"
            good(text, f"signature {name} is valid ({who}, key {signed['key']})")


def public_key(path: Path) -> bytes:
    """The 32 bytes of an Ed25519 key, which end its PEM file."""
    text = "".join(x for x in path.read_text().splitlines() if not x.startswith("-"))
    return base64.b64decode(text)[-32:]


# Ed25519 as in RFC 8032, section 6: slow and plain, for checking only.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = tuple[int, int, int, int]


def added(a: Point, b: Point) -> Point:
    """The sum of two points."""
    left = (a[1] - a[0]) * (b[1] - b[0]) % P
    right = (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: Point) -> Point:
    """A point so many times."""
    total: Point = (0, 1, 1, 0)
    while number:
        if number & 1:
            total = added(total, point)
        point, number = added(point, point), number >> 1
    return total


def recovered(y: int, odd: int) -> Point | None:
    """The point with this y, and an odd or even x; None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        return None
    return (x, y, 1, x * y % P) if x & 1 == odd else (P - x, y, 1, (P - x) * y % P)


def unpacked(data: bytes) -> Point | None:
    """A point of 32 bytes."""
    number = int.from_bytes(data, "little")
    return recovered(number & ((1 << 255) - 1), number >> 255)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether it is the signature of the key over the message."""
    if len(key) != 32 or len(signature) != 64:
        return False
    a, r, s = unpacked(key), unpacked(signature[:32]), int.from_bytes(signature[32:], "little")
    base = recovered(4 * pow(5, P - 2, P) % P, 0)
    if a is None or r is None or base is None or s >= Q:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    one, two = times(s, base), added(r, times(h, a))
    return (one[0] * two[2] - two[0] * one[2]) % P == 0 == (one[1] * two[2] - two[1] * one[2]) % P


def main() -> int:
    """Everything in turn; 0 when all holds."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a console without these characters
    root = Path(sys.argv[1] if len(sys.argv) > 1 else os.path.dirname(os.path.abspath(__file__)))
    about = bag_info(root)
    print(f"{about.get('External-Identifier', root)}\n{about.get('External-Description', '')}")
    try:
        payload = check_files(root)
        entries = check_record(root, about)
        check_blocks(root)
        check_evidence(root, payload, entries)
        check_analyses(root, entries)
        check_signatures(root)
    except (KeyError, OSError, ValueError, TypeError) as bad:
        fault(f"读不出来：{bad!r}", f"cannot be read: {bad!r}")
    n = len(faults)
    broken = f"不完整：{n} 处不符 / does not hold: {n} faults"
    print(broken if faults else "完整，未被改动 / whole, nothing was altered")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
