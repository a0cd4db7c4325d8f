"""
Which number format passages are embedded in: bfloat16 where the processor multiplies it itself, else float32.

Both give the same vectors but for a cosine of .999; without such instructions bfloat16 takes ten times as long as float32 (measured on an
AMD Zen 3). Questions are embedded in float32 on every machine.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Precision = Literal["float32", "bfloat16"]

_CPU = Path("/proc/cpuinfo")  # Linux; elsewhere nobody says, and float32 is right everywhere
_INSTRUCTIONS = {"avx512_bf16", "amx_bf16"}  # as the kernel names them; oneDNN, torch's library, uses both


def native_precision(cpu: Path = _CPU) -> Precision:
    """The format in which this machine embeds passages. Told by the processor's flags, not by a clock: the same at each run."""
    try:
        lines = cpu.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return "float32"
    flags = [set(line.partition(":")[2].split()) for line in lines if line.startswith("flags")]
    return "bfloat16" if flags and all(found & _INSTRUCTIONS for found in flags) else "float32"
