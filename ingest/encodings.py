"""
The characters of a text file whose encoding nobody tells: UTF-8 if it can be, else what its bytes look like.

UTF-8 and byte-order marks are certain. The rest is a guess, and named as one: Windows-1252, which most Western texts that are not UTF-8
are written in, where the letters fit one Western language or are few; else what charset-normalizer finds.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (  # the longer ones first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES = 100_000
_FEW = 0.04  # of all letters: as many as names from elsewhere in an English text
_ALPHABETS = (  # letters beside a–z, language by language
    "àâæçéèêëîïôœùûüÿ",  # French
    "äöüß",  # German
    "áéíñóúü",  # Spanish
    "àáâãçéêíóôõúü",  # Portuguese
    "àèéìíîòóùú",  # Italian
    "åäöéüæø",  # Swedish, Danish, Norwegian, Finnish
    "áéëèïíóöúü",  # Dutch
    "àçèéíïòóúü",  # Catalan
    "áðéíóúýþæö",  # Icelandic
)
_NOT_WESTERN = re.compile(r"[a-zà-öø-ÿ][À-ÖØ-ÞŠŽŸ]|\w[¹³¾ºªµ¤¥¢£¨´¸¯]\w|[¡-¿][¡-¿]{2}|[\x80-\x9f]")  # an `é` of the Macintosh is a `Ž` here
_OTHERS = "cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 koi8_r shift_jis euc_jp gb18030 big5 euc_kr mac_roman".split()


def decoded(content: bytes) -> tuple[str, str] | None:
    r"""
    The characters of some bytes, and the encoding if it was guessed; None where the bytes are no text.

    >>> decoded("naïve".encode()), decoded("naïve".encode("latin-1")), decoded(b"\x89PNG\r\n\0")
    (('naïve', ''), ('naïve', 'windows-1252'), None)
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return _text(content, name, "")
    if b"\0" in content:
        wide = _wide(content)
        return _text(content, wide, wide) if wide else None
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    western = _text(content, "cp1252", "windows-1252")
    if western and _is_western(western[0]):
        return western
    from charset_normalizer import from_bytes

    best = from_bytes(content[:_SAMPLE_BYTES], cp_isolation=_OTHERS).best()
    return _text(content, best.encoding, best.encoding) if best else None


def _text(content: bytes, encoding: str, guessed: str) -> tuple[str, str] | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if any(ord(letter) < 32 and letter not in "\t\n\v\f\r\x1a\x1b" for letter in set(text)) else (text, guessed)


def _wide(content: bytes) -> str:
    """UTF-16 without its mark: where most characters are Latin, every other byte is zero."""
    sample = content[:_SAMPLE_BYTES]
    half = max(len(sample) // 2, 1)
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if min(even, odd) > 0.1 or max(even, odd) < 0.5:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_western(text: str) -> bool:
    """Whether a text read as Windows-1252 looks like one."""
    if _NOT_WESTERN.search(text):
        return False
    letters = [letter for letter in text.lower() if letter.isalpha()]
    foreign = [letter for letter in letters if letter > "z"]
    return len(foreign) <= _FEW * len(letters) or any(set(foreign) <= set(alphabet) for alphabet in _ALPHABETS)
