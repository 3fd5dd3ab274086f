"""The entry point of native code for arrays: rows one after the other, each as many points."""

from __future__ import annotations

from collections.abc import Sequence

from .entries import batch_text
from .parts import Part

__all__ = ["grid_text"]


def grid_text(
    parts: Sequence[Part], n_slots: int, width: int, n_inputs: int, n_outputs: int
) -> str:
    """Return `grid(n_rows, n, inputs, steps, strides, outputs, gaps)`.

    Each row is a `batch` of n points. From one row to the next the pointer to an input moves by its
    step, that to an output by its gap, in bytes: step 0 is a row that all rows share.
    """
    sizes = {
        "n_inputs": n_inputs, "n_outputs": n_outputs,
        "in_places": max(1, n_inputs), "out_places": max(1, n_outputs),
    }  # fmt: skip
    batch = batch_text(parts, n_slots, width, n_inputs, n_outputs)
    return "\n".join([batch, _MOVED, _ROWS.format(**sizes)])


#: Copies pointers, each moved as many times as the row says by so many bytes.
_MOVED = """
define internal void @moved(i64 %n, i64 %row, ptr %from, ptr %steps, ptr %to) nounwind {
entry:
  br label %head
head:
  %k = phi i64 [ 0, %entry ], [ %next, %one ]
  %more = icmp slt i64 %k, %n
  br i1 %more, label %one, label %done
one:
  %from_at = getelementptr ptr, ptr %from, i64 %k
  %pointer = load ptr, ptr %from_at
  %step_at = getelementptr i64, ptr %steps, i64 %k
  %step = load i64, ptr %step_at
  %offset = mul i64 %step, %row
  %there = getelementptr i8, ptr %pointer, i64 %offset
  %to_at = getelementptr ptr, ptr %to, i64 %k
  store ptr %there, ptr %to_at
  %next = add i64 %k, 1
  br label %head
done:
  ret void
}"""

_ROWS = """
define void @grid(i64 %rows, i64 %n, ptr %inputs, ptr %steps, ptr %strides, ptr %outputs,
                  ptr %gaps) nounwind {{
entry:
  %in = alloca [{in_places} x ptr]
  %out = alloca [{out_places} x ptr]
  br label %head
head:
  %row = phi i64 [ 0, %entry ], [ %next, %one ]
  %more = icmp slt i64 %row, %rows
  br i1 %more, label %one, label %done
one:
  call void @moved(i64 {n_inputs}, i64 %row, ptr %inputs, ptr %steps, ptr %in)
  call void @moved(i64 {n_outputs}, i64 %row, ptr %outputs, ptr %gaps, ptr %out)
  call void @batch(i64 %n, ptr %in, ptr %strides, ptr %out)
  %next = add i64 %row, 1
  br label %head
done:
  ret void
}}"""
