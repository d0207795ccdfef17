#!/usr/bin/env python3
"""校验证据包 / Verify an evidence package.    python3 verify.py [--key ID] [FOLDER]

Python 3.9 or later and its standard library, nothing else; no network. FOLDER is the unpacked
package (by default where this file lies). ID: the id of the key that the enterprise told you by
another way. Exit status: 0 whole, 1 something does not hold.

Every check can be made with other tools: README.txt says how. In one file, however long it is: this
is how it is handed out, and how it is read.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

PIECE = 1024 * 1024
BLACK = "███".encode()
SEAL = ("seal/statement.txt", "seal/signature.bin", "seal/key.pem")
faults: list[str] = []
Json = dict[str, Any]


def fault(zh: str, en: str) -> None:
    """Note and print what does not hold."""
    faults.append(en)
    print(f"  ✗ {zh} / {en}")


def good(zh: str, en: str) -> None:
    """Print what holds."""
    print(f"  ✓ {zh} / {en}")


def remark(zh: str, en: str) -> None:
    """Print what is neither."""
    print(f"  – {zh} / {en}")


def canonical(value: object) -> bytes:
    """JSON with one spelling: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@cache
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
    found: dict[str, str] = {}
    for line in lines_of(root / name):
        digest, _, path = line.decode().partition("  ")
        if not path or path in found or Path(path).is_absolute() or ".." in Path(path).parts:
            fault(f"{name} 有一行读不出来", f"{name} has a line that cannot be read")
        else:
            found[path] = digest
    return found


def files_of(root: Path) -> set[str]:
    """The path of everything below the folder that is no folder, links among them."""
    found = set()
    for place, folders, names in os.walk(root):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        for name in (*names, *links):
            found.add(Path(place, name).relative_to(root).as_posix())
    return found


def check_files(root: Path) -> None:
    """Every file against the manifests, and no file that they do not name."""
    payload, tags = manifest(root, "manifest-sha256.txt"), manifest(root, "tagmanifest-sha256.txt")
    named = {**payload, **tags}
    there, before = files_of(root), len(faults)
    for path in sorted(named.keys() - there):
        fault(f"缺少文件 {path}", f"missing: {path}")
    for path in sorted(there - named.keys() - {"tagmanifest-sha256.txt", *SEAL}):
        fault(f"多出文件 {path}", f"not of the package: {path}")
    for path in sorted(named.keys() & there):
        if os.path.islink(root / path) or sha256_of(root / path) != named[path]:
            fault(f"文件被改动过 {path}", f"altered: {path}")
    if not payload or "bagit.txt" not in tags or "manifest-sha256.txt" not in tags:
        fault("没有完整的清单", "the manifests are not complete")
    if len(faults) == before:
        good(f"{len(named)} 个文件与清单一致", f"{len(named)} files as in the manifests")


def bag_info(root: Path) -> dict[str, str]:
    """bag-info.txt as names and values."""
    rows = (line.decode().partition(": ") for line in lines_of(root / "bag-info.txt"))
    return {name: value for name, _, value in rows}


# --- 2 the seal


def check_seal(root: Path, expected: str) -> None:
    """The signature over the manifest that stands for every file: whoever alters a file and writes
    new manifests cannot make it.
    """
    lacking = [path for path in SEAL if not (root / path).is_file()]
    for path in lacking:
        fault(f"缺少封印 {path}", f"the seal is missing: {path}")
    if lacking:
        return
    before, message = len(faults), (root / SEAL[0]).read_bytes()
    key, said = public_key(root / SEAL[2]), statement_of(message, b"kesu package")
    name = key_id(key)
    if said.get("key") != name or not is_signed(key, message, (root / SEAL[1]).read_bytes()):
        fault("封印的签名无效", "the signature of the seal is not valid")
    check_sealed(root, said)
    if expected and expected.lower() != name:
        fault(f"封存所用公钥 {name} 不是 {expected}", f"sealed by {name}, not by {expected}")
    if len(faults) == before:
        good(f"封印有效（公钥 {name}）", f"the seal is valid (key {name})")
    if not expected:
        remark("请向经营者核对公钥编号", "ask the enterprise whether this is the id of its key")


def check_sealed(root: Path, said: Json) -> None:
    """What the seal says is what lies here."""
    about = bag_info(root)
    if said.get("tagmanifest") != sha256_of(root / "tagmanifest-sha256.txt"):
        fault("清单不是封存时的清单", "the manifests are not those that were sealed")
    there = about.get("External-Identifier"), about.get("Kesu-Audit-Head")
    if (said.get("package"), said.get("audit_head")) != there:
        fault("封印属于另一个证据包", "the seal is that of another package")


def statement_of(message: bytes, kind: bytes) -> Json:
    """What a signed statement says; nothing where it is one of another kind."""
    head, _, said = message.partition(b"\n")
    return dict(json.loads(said)) if head == kind else {}


# --- 3 the record


def check_record(root: Path) -> None:
    """The audit chain: each line is what was hashed, and contains the hash of the line before."""
    before, number, found = "", 0, len(faults)
    for number, line in enumerate(lines_of(root / "data/audit.jsonl"), 1):
        entry = json.loads(line)
        if entry["sequence"] != number or entry["previous_hash"] != before:
            fault(f"审计链在第 {number} 条断开", f"the record breaks at entry {number}")
        before = hashlib.sha256(line).hexdigest()
    if not number or before != bag_info(root).get("Kesu-Audit-Head"):
        fault("审计链末尾不对", "the end of the record is another")
    if len(faults) == found:
        good(f"{number} 条审计记录首尾相接", f"{number} entries of the record hold")


def entries(root: Path, verb: str) -> list[Json]:
    """What the entries of the record with this verb say."""
    return [e["detail"] for e in pages(root / "data/audit.jsonl") if e["verb"] == verb]


def check_blocks(root: Path) -> None:
    """Each block is what its hash says, and follows on the one before it."""
    blocks, before = pages(root / "data/blocks.jsonl"), len(faults)
    hashes = {block["number"]: block["hash"] for block in blocks}
    for block in blocks:
        said = {k: block[k] for k in ("number", "previous_hash", "root", "sealed_at", "size")}
        n = block["number"]
        if hashlib.sha256(canonical(said)).hexdigest() != block["hash"]:
            fault(f"区块 {n} 不对", f"block {n} does not hold")
        if hashes.get(n - 1, block["previous_hash"]) != block["previous_hash"]:
            fault(f"区块 {n} 不接前一区块", f"block {n} does not follow on the one before")
    if len(faults) == before:
        good(f"{len(blocks)} 个封存区块", f"{len(blocks)} sealed blocks")


def check_entries(root: Path) -> None:
    """Every entry of the record stands in its block."""
    sealed_lines(root, "data/audit.jsonl", ("entry", "审计记录", "entry", "entries"))


def check_timeline(root: Path) -> None:
    """Every entry of the timeline stands in its block, and all are of one case."""
    path, before = "data/timeline.jsonl", len(faults)
    if not (root / path).is_file():
        path = "data/timeline.redacted.jsonl"
    cases = {
        json.loads(line)["complaint_id"] for line in lines_of(root / path) if BLACK not in line
    }
    if len(cases) > 1:
        fault("办理经过混有别的案件", "the timeline has lines of another case")
    words = ("event", "办理经过", "line of the timeline", "lines of the timeline")
    if len(faults) == before:
        sealed_lines(root, path, words)


def sealed_lines(root: Path, path: str, words: tuple[str, str, str, str]) -> None:
    """Each line leads by its way to the root of its block. `words`: kind, name, one, many."""
    kind, zh, one, many = words
    lines, before, black = list(lines_of(root / path)), len(faults), 0
    roots = {block["number"]: block["root"] for block in pages(root / "data/blocks.jsonl")}
    ways = pages(root / f"data/{'audit' if kind == 'entry' else 'timeline'}-proofs.jsonl")
    if len(ways) != len(lines):
        fault(f"{zh}少了或多了几条", f"{len(lines)} {many}, but {len(ways)} were sealed")
    for n, (way, line) in enumerate(zip(ways, lines), 1):  # noqa: B905 - not in Python 3.9
        block = way["block"]
        if path.endswith(".redacted.jsonl") and BLACK in line:
            black += 1
        elif block not in roots:
            fault(f"缺少区块 {block}（{zh}第 {n} 条）", f"block {block} is missing ({one} {n})")
        elif root_of(kind, way, line) != roots[block]:
            fault(f"{zh}第 {n} 条不在区块 {block} 中", f"{one} {n} is not in block {block}")
    if len(faults) == before:
        kept = len(lines) - black
        good(f"{zh} {kept} 条在所属区块中", f"{kept} {many} are in their blocks")
    if black:
        remark(f"{zh}另有 {black} 条有遮盖，未校验", f"{black} {many} blacked out, not checked")


def root_of(kind: str, way: Json, line: bytes) -> str:
    """The root to which a line leads."""
    node = hashlib.sha256(b"\0%b:%d\n%b" % (kind.encode(), way["id"], line)).digest()
    for side, hashed in way["path"]:
        other = bytes.fromhex(hashed)
        node = hashlib.sha256(b"\1" + (other + node if side == "left" else node + other)).digest()
    return node.hex()


# --- 4 what the record says of the files


def check_evidence(root: Path) -> None:
    """Every piece of evidence has the hash with which it was received."""
    received = {d["number"]: d["sha256"] for d in entries(root, "evidence.received")}
    items = json.loads((root / "data/evidence.json").read_bytes())
    before = len(faults)
    for item in items:
        n, path = item["number"], item["path"]
        if received.get(n) != item["sha256"]:
            fault(f"证据 {n} 与收到时的哈希不符", f"evidence {n} is not what was received")
        if path and (not (root / path).is_file() or sha256_of(root / path) != item["sha256"]):
            fault(f"证据 {n} 的文件不对", f"evidence {n}: another file")
    if received.keys() != {item["number"] for item in items}:
        fault("证据的件数与审计记录不符", "other evidence than the record knows")
    if len(faults) == before:
        kept = sum(1 for item in items if item["path"])
        text = f"{len(items)} 件证据（{kept} 件附有文件）与收到时相同"
        good(text, f"{len(items)} pieces of evidence ({kept} with files) as received")


def check_analyses(root: Path) -> None:
    """Every frozen legal analysis has the fingerprint that the record holds."""
    frozen = {d["sha256"] for d in entries(root, "analysis.frozen")}
    files = sorted(p for p in (root / "data/analysis").glob("*.json") if ".redacted" not in p.name)
    before = len(faults)
    for path in files:
        if sha256_of(path) not in frozen:
            fault(f"{path.name} 不是当时的分析", f"{path.name} is not the analysis of that time")
    if files and len(faults) == before:
        good(f"{len(files)} 份法律分析与留存时相同", f"{len(files)} legal analyses as frozen")


# --- 5 signatures


def check_signatures(root: Path) -> None:
    """Every signature of counsel: by its key, over its statement, over the content it covers."""
    known = led_to(root)
    for folder in sorted((root / "data/signatures").glob("[0-9]*")):
        name, before = folder.name, len(faults)
        if not (folder / "statement.txt").is_file():
            text = f"签署 {name}：被签的语句在脱敏版中有遮盖"
            remark(text, f"signature {name}: statement blacked out, not checked")
            continue
        message = (folder / "statement.txt").read_bytes()
        signed, key = statement_of(message, b"kesu opinion"), public_key(folder / "key.pem")
        if key_id(key) != signed.get("key") or known.get(key_id(key)) != key:
            fault(f"签署 {name}：公钥不对", f"signature {name}: another key")
        if not is_signed(key, message, (folder / "signature.bin").read_bytes()):
            fault(f"签署 {name} 无效", f"signature {name} is not valid")
        covered = folder / "covered.json"
        if covered.is_file() and sha256_of(covered) != signed.get("content"):
            fault(f"签署 {name}：内容不同", f"signature {name}: other content")
        if len(faults) == before:
            who = f"{signed['signer']} {signed['at'][:19]}Z"
            text = f"签署 {name} 有效（{who}，公钥 {signed['key']}）"
            good(text, f"signature {name} is valid ({who}, key {signed['key']})")


def led_to(root: Path) -> dict[str, bytes]:
    """The keys to which that of the seal leads, by their ids: each vouched for those before it."""
    folder = root / "data/signatures/keys"
    vouches = json.loads((folder / "vouches.json").read_bytes())
    own = public_key(root / SEAL[2])
    found, open_ones = {key_id(own): own}, [key_id(own)]
    while open_ones:
        name = open_ones.pop()
        for older, signature in vouches.get(name, {}).items():
            path = folder / f"{older}.pem"
            key = public_key(path) if path.is_file() else b""
            signed = is_signed(found[name], b"kesu key\n" + key, base64.b64decode(signature))
            if older not in found and key_id(key) == older and signed:
                found[older] = key
                open_ones.append(older)
    return found


def key_id(key: bytes) -> str:
    """The first 16 hex digits of its SHA-256."""
    return hashlib.sha256(key).hexdigest()[:16]


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


CHECKS = (
    check_record,
    check_blocks,
    check_entries,
    check_timeline,
    check_evidence,
    check_analyses,
    check_signatures,
)
UNREADABLE = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError)


def tried(check: Any, *values: Any) -> None:
    """One check. What cannot be read does not keep the others from being made."""
    try:
        check(*values)
    except (*UNREADABLE, ValueError) as bad:
        what = check.__name__.replace("check_", "")
        fault(f"{what} 读不出来：{bad!r}", f"{what} cannot be read: {bad!r}")


def main() -> int:
    """Everything in turn; 0 when all holds."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a console without these characters
    asked = argparse.ArgumentParser(description="校验证据包 / Verify an evidence package.")
    asked.add_argument("--key", default="", metavar="ID", help="公钥编号 / id of the key")
    asked.add_argument("folder", nargs="?", default=os.path.dirname(os.path.abspath(__file__)))
    options = asked.parse_args()
    root = Path(options.folder)
    about = bag_info(root)
    print(f"{about.get('External-Identifier', root)}\n{about.get('External-Description', '')}")
    tried(check_files, root)
    tried(check_seal, root, options.key)
    for check in CHECKS:
        tried(check, root)
    n = len(faults)
    broken = f"不完整：{n} 处不符 / does not hold: {n} faults"
    print(broken if faults else "完整，未被改动 / whole, nothing was altered")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
