"""
Breaks files in many ways and reads them: each must be read or be an UnreadableDocument, and soon.

    python -m tests.fuzz --tries 1000 --seed 7 sample.pdf other.pdf      a campaign
    python -m tests.fuzz --seed 7 --only 'sample.pdf#12' sample.pdf other.pdf --keep broken.pdf      one of its tries again

A try is named by its sample and a number; with the seed and the same samples it is the same bytes each time.
"""

from __future__ import annotations

import argparse
import re
import resource
import signal
import sys
import tempfile
import traceback
import warnings
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from random import Random

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DecodedStreamObject, EncodedStreamObject

if __name__ == "__main__":  # run as a script, the project is not yet on the path
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from index.errors import UnreadableDocument
from ingest.normalise import is_canonical
from ingest.readers import Reading, readers

SECONDS = 10.0  # of processor time that one try may take
_ODD_NUMBERS = [b"-1", b"0", b"2147483648", b"-2147483649", b"99999999999999999999", b"1e308", b"0.00000001", b"65536", b"nan", b"1000000"]
_ODD_OBJECTS = [b"null", b"true", b"[]", b"<<>>", b"()", b"/Name", b"1 0 R", b"9999 0 R", b"[[[[[[", b"<<<<", b"(", b"<FEFFD800>", b"-5"]
_OPENED = re.compile(
    rb"/(?:Kids|Parent|Contents|Resources|Font|Length|Filter|ToUnicode|Encoding|Widths|W|Pages|Root|Prev|Count|MediaBox)\b"
)
_STREAM = re.compile(rb"(?<=stream)\r?\n(.*?)\r?\n?(?=endstream)", re.DOTALL)
_TOKEN = re.compile(rb"[^\s()<>\[\]{}/%]+|/[^\s()<>\[\]{}/%]*|<<|>>|[()<>\[\]]")
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")


class TookTooLong(BaseException):
    """Passes through what catches every Exception."""


@dataclass(frozen=True, slots=True)
class Try:
    """One broken file."""

    name: str
    content: bytes


def broken(samples: Mapping[str, bytes], *, seed: int, tries: int) -> Iterator[Try]:
    """So many broken files, made of the samples in turn."""
    names = sorted(samples)
    for number in range(tries):
        yield one(samples, names[number % len(names)], seed=seed, number=number // len(names))


def one(samples: Mapping[str, bytes], name: str, *, seed: int, number: int) -> Try:
    """One of them again."""
    random = Random(f"{seed} {name} {number}")
    content = samples[name]
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        change = random.choice(_CHANGES)
        content = change(random, content, samples[random.choice(sorted(samples))])
    return Try(f"{name}#{number}", content)


def complaint(path: Path, *, seconds: float = SECONDS) -> str:
    """What is wrong with how a file was read; '' where it was read, or refused as it should be."""
    try:
        with _limited(seconds), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                found = list(readers()[path.suffix].read(path, path.name))
            except UnreadableDocument as error:
                return "" if error.reason.isprintable() and 10 < len(error.reason) < 400 else f"says {error.reason!r}"
            documents = (part.document for part in found if isinstance(part, Reading))
            return "" if all(map(is_canonical, documents)) else "gives text that is not canonical"
    except TookTooLong:
        return f"takes more than {seconds} s: {traceback.format_exc(limit=-6)}"
    except Exception:  # noqa: BLE001 - whatever it is, it is what we look for
        return traceback.format_exc()


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def stop(*_: object) -> None:
        raise TookTooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def uncompressed(content: bytes) -> bytes:
    """A PDF with its streams as they are, so that wrong bytes hit operators; as it was where that cannot be done."""
    try:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
        for row, found in enumerate(writer._objects):
            if isinstance(found, EncodedStreamObject) and "/DecodeParms" not in found and found.get("/Filter") == "/FlateDecode":
                plain = DecodedStreamObject()
                plain.update({key: value for key, value in found.items() if key not in ("/Filter", "/Length")})
                plain.set_data(found.get_data())
                writer._objects[row] = plain
        out = BytesIO()
        writer.write(out)
    except Exception:  # noqa: BLE001 - a sample that is damaged already
        return content
    return out.getvalue()


def _place(random: Random, content: bytes) -> int:
    """Somewhere; often near the end, where the cross-references are, or near a key that leads on."""
    if random.random() < 0.3 and (found := list(_OPENED.finditer(content[:300_000]))):
        return min(random.choice(found).end() + random.randrange(6), max(len(content) - 1, 0))
    if random.random() < 0.2:
        return max(len(content) - 1 - random.randrange(1500), 0)
    return random.randrange(max(len(content), 1))


def _flip(random: Random, content: bytes, _: bytes) -> bytes:
    changed = bytearray(content)
    for _row in range(random.choice((1, 3, 20, 200))):
        if changed:
            changed[_place(random, content) % len(changed)] ^= 1 << random.randrange(8)
    return bytes(changed)


def _set_bytes(random: Random, content: bytes, _: bytes) -> bytes:
    changed = bytearray(content)
    for _row in range(random.choice((1, 5, 50))):
        if changed:
            changed[_place(random, content) % len(changed)] = random.choice(
                (0, 255, 10, 32, 40, 41, 47, 60, 62, 91, 93, random.randrange(256))
            )
    return bytes(changed)


def _truncate(random: Random, content: bytes, _: bytes) -> bytes:
    return content[: _place(random, content)]


def _splice(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: _place(random, content)] + other[_place(random, other) :]


def _drop(random: Random, content: bytes, _: bytes) -> bytes:
    at = _place(random, content)
    return content[:at] + content[at + random.choice((1, 7, 100, 3000)) :]


def _repeat(random: Random, content: bytes, _: bytes) -> bytes:
    at = _place(random, content)
    part = content[at : at + random.choice((1, 20, 500))]
    return content[:at] + part * random.choice((2, 10, 300)) + content[at:]


def _number(random: Random, content: bytes, _: bytes) -> bytes:
    return _replaced(random, content, _NUMBER, _ODD_NUMBERS)


def _object(random: Random, content: bytes, _: bytes) -> bytes:
    return _replaced(random, content, _TOKEN, _ODD_OBJECTS)


def _swap(random: Random, content: bytes, _: bytes) -> bytes:
    start = _place(random, content)
    tokens = [found.span() for found in _TOKEN.finditer(content[: start + 5000], start)]
    if len(tokens) < 2:
        return content
    (a, b), (c, d) = sorted(random.sample(tokens, 2))
    return content[:a] + content[c:d] + content[b:c] + content[a:b] + content[d:]


def _replaced(random: Random, content: bytes, pattern: re.Pattern[bytes], words: Sequence[bytes]) -> bytes:
    for _ in range(random.choice((1, 2, 10))):
        found = pattern.search(content, _place(random, content))
        if found:
            content = content[: found.start()] + random.choice(words) + content[found.end() :]
    return content


def _inside_stream(random: Random, content: bytes, other: bytes) -> bytes:
    """Change what a compressed stream holds, and compress it again."""
    streams = [found for found in _STREAM.finditer(content) if found[1][:1] in (b"x", b"H", b"h")]
    if not streams:
        return _flip(random, content, other)
    found = random.choice(streams)
    with suppress(zlib.error):
        inner = zlib.decompress(found[1])
        for _ in range(3):
            inner = random.choice((_flip, _set_bytes, _drop, _number, _object, _swap, _repeat))(random, inner, inner)
        return content[: found.start(1)] + zlib.compress(inner) + content[found.end(1) :]
    return content


_CHANGES = (_flip, _set_bytes, _truncate, _splice, _drop, _repeat, _number, _number, _object, _object, _swap, _inside_stream)


def main() -> int:
    """A campaign from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", nargs="+", type=Path)
    parser.add_argument("--tries", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", help="the name of one try")
    parser.add_argument("--keep", type=Path, help="where broken files that are not well read are kept (with --only: the file)")
    asked = parser.parse_args()
    samples = with_plain({path.name: path.read_bytes() for path in asked.samples})
    if asked.only:
        name, _, number = asked.only.rpartition("#")
        tries: Iterator[Try] = iter([one(samples, name, seed=asked.seed, number=int(number))])
    else:
        tries = broken(samples, seed=asked.seed, tries=asked.tries)
    bad = total = 0
    with tempfile.TemporaryDirectory() as folder:
        for each in tries:
            total += 1
            path = Path(folder) / f"broken{Path(each.name.rpartition('#')[0]).suffix}"
            path.write_bytes(each.content)
            before = resource.getrusage(resource.RUSAGE_SELF)
            said = complaint(path)
            after = resource.getrusage(resource.RUSAGE_SELF)
            if after.ru_maxrss - before.ru_maxrss > 200_000:
                said = said or f"takes {(after.ru_maxrss - before.ru_maxrss) // 1000} MB more than any before it"
            if not said and after.ru_utime - before.ru_utime > SECONDS / 3:
                said = f"takes {after.ru_utime - before.ru_utime:.1f} s"
            if said:
                bad += 1
                sys.stdout.write(f"--- {each.name} (--seed {asked.seed}): {said}\n")
                sys.stdout.flush()
                if asked.keep:
                    kept = asked.keep if asked.only else asked.keep / f"{asked.seed}-{each.name.replace('#', '-')}{path.suffix}"
                    kept.write_bytes(each.content)
    sys.stdout.write(f"{total} tries, {bad} bad\n")
    return bool(bad)


def with_plain(samples: Mapping[str, bytes]) -> dict[str, bytes]:
    """The samples, and beside each PDF the same with its streams uncompressed."""
    plain = {f"plain-{name}": uncompressed(content) for name, content in samples.items() if name.endswith(".pdf")}
    return {**samples, **plain}


if __name__ == "__main__":
    sys.exit(main())
