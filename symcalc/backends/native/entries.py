"""The entry points of native code: for one point, and for many side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .parts import Part

__all__ = ["batch_text", "point_text", "sums_text"]

#: So many vectors are added up before their sums join the others: fewer roundings in a row.
BLOCK = 64

_POINT = "ptr noalias %inputs, ptr noalias %outputs"
_BATCH = "i64 %i, ptr noalias %inputs, ptr noalias %strides, ptr noalias %outputs"


def point_text(parts: Sequence[Part], n_slots: int) -> str:
    """Return `point(inputs, outputs)`, on arrays of doubles."""
    if len(parts) == 1:
        body = _point_lines(parts[0])
        return _function("void @point", _POINT, body)
    pieces, calls = [], [f"  %slots = alloca [{max(1, n_slots)} x double], align 64"]
    for place, part in enumerate(parts):
        given = f"{_POINT}, ptr noalias %slots"
        pieces.append(_function(f"internal void @part{place}", given, _point_lines(part), True))
        calls.append(f"  call void @part{place}(ptr %inputs, ptr %outputs, ptr %slots)")
    return "\n".join([*pieces, _function("void @point", _POINT, calls)])


def batch_text(
    parts: Sequence[Part], n_slots: int, width: int, n_inputs: int, n_outputs: int
) -> str:
    """Return `batch(n, inputs, strides, outputs)`, on arrays of pointers to doubles."""
    pieces, slots = [], []
    if len(parts) == 1:
        body = _batch_lines(parts[0], width)
    else:
        slots = [f"  %slots = alloca [{max(1, n_slots)} x <{width} x double>], align 64"]
        body = []
        given = f"{_BATCH}, ptr noalias %slots"
        for place, part in enumerate(parts):
            head = f"internal void @part{place}"
            pieces.append(_function(head, given, _batch_lines(part, width), True))
            body.append(
                f"  call void @part{place}(i64 %i, ptr %inputs, ptr %strides, ptr %outputs, "
                "ptr %slots)"
            )
    loop = [
        *slots,
        "  %some = icmp sgt i64 %n, 0",
        "  br i1 %some, label %head, label %done",
        "head:",
        "  br label %loop",
        "loop:",
        "  %i = phi i64 [ 0, %head ], [ %next, %loop ]",
        *body,
        f"  %next = add i64 %i, {width}",
        "  %more = icmp slt i64 %next, %n",
        "  br i1 %more, label %loop, label %done",
        "done:",
    ]
    given = _BATCH.replace("%i,", "%n,", 1)
    blocks = _function("internal void @blocks", given, loop, True)
    sizes = {
        "width": width, "n_inputs": n_inputs, "n_outputs": n_outputs,
        "in_size": max(1, n_inputs * width), "in_places": max(1, n_inputs),
        "out_size": max(1, n_outputs * width), "out_places": max(1, n_outputs),
    }  # fmt: skip
    return "\n".join(
        [*pieces, blocks, _WHOLE_AND_REST.format(came_from="entry", goes_to="aim", **sizes)]
    )


def sums_text(parts: Sequence[Part], n_slots: int, width: int, n_inputs: int, n_sums: int) -> str:
    """Return `sums(n, inputs, strides, totals)`: what the outputs add up to over all points."""
    pieces, slots = [], []
    vector, truth, _, zero = _kinds(width)
    given = f"{_BATCH}, <{width} x i1> %live".replace("%outputs", "%sums")
    if len(parts) == 1:
        body = _sum_lines(parts[0], width)
    else:
        slots = [f"  %slots = alloca [{max(1, n_slots)} x {vector}], align 64"]
        body = []
        for place, part in enumerate(parts):
            head = f"internal void @part{place}"
            pieces.append(
                _function(head, f"{given}, ptr noalias %slots", _sum_lines(part, width), True)
            )
            body.append(
                f"  call void @part{place}(i64 %i, ptr %inputs, ptr %strides, ptr %sums, "
                f"{truth} %live, ptr %slots)"
            )
    loop = [
        *slots,
        "  %some = icmp sgt i64 %end, %start",
        "  br i1 %some, label %head, label %done",
        "head:",
        "  br label %loop",
        "loop:",
        "  %i = phi i64 [ %start, %head ], [ %next, %loop ]",
        *body,
        f"  %next = add i64 %i, {width}",
        "  %more = icmp slt i64 %next, %end",
        "  br i1 %more, label %loop, label %done",
        "done:",
    ]
    span = _function(
        "internal void @span", given.replace("i64 %i,", "i64 %start, i64 %end,", 1), loop, True
    )
    sizes = {
        "width": width, "n_inputs": n_inputs, "n_sums": n_sums, "vector": vector, "truth": truth,
        "zero": zero, "in_size": max(1, n_inputs * width), "in_places": max(1, n_inputs),
        "block": BLOCK * width, "sums_bytes": 8 * width * n_sums,
        "lanes": ", ".join(f"i64 {lane}" for lane in range(width)),
    }  # fmt: skip
    return "\n".join(
        [*pieces, span, _BLOCKS_AND_REST.format(came_from="after", goes_to="run", **sizes)]
    )


def _function(head: str, arguments: str, lines: Sequence[str], apart: bool = False) -> str:
    """Return the definition of a function without a result.

    With a frame pointer LLVM aligns the stack, so that no spilled vector crosses a cache line.
    """
    attributes = '"frame-pointer"="all" nounwind' + (" noinline" if apart else "")
    return "\n".join([f"define {head}({arguments}) {attributes} {{", *lines, "  ret void", "}"])


def _point_lines(part: Part) -> list[str]:
    """Return the instructions of a part with its loads and stores, for one point."""
    lines = []
    for name in part.inputs:
        lines += _load(name, "double", f"double, ptr %inputs, i64 {name[3:]}")
    lines += _taken(part, 1)
    lines += part.lines
    lines += _left(part, 1)
    for place, value in part.outputs:
        lines += _store(value, f"o{place}", "double", f"double, ptr %outputs, i64 {place}")
    return lines


def _batch_lines(part: Part, width: int) -> list[str]:
    """Return the instructions of a part with its loads and stores, for `width` points."""
    kind = f"<{width} x double>"
    lines = []
    for name in part.inputs:
        k = name[3:]
        lines += [
            *_load(f"%p{k}", "ptr", f"ptr, ptr %inputs, i64 {k}"),
            *_load(f"%s{k}", "i64", f"i64, ptr %strides, i64 {k}"),
            f"  %m{k} = mul i64 %i, %s{k}",
            *_load(name, kind, f"double, ptr %p{k}, i64 %m{k}"),
        ]
    lines += _taken(part, width)
    lines += part.lines
    lines += _left(part, width)
    for place, value in part.outputs:
        lines += _load(f"%q{place}", "ptr", f"ptr, ptr %outputs, i64 {place}")
        lines += _store(value, f"o{place}", kind, f"double, ptr %q{place}, i64 %i")
    return lines


def _sum_lines(part: Part, width: int) -> list[str]:
    """Return the instructions of a part whose outputs are added to sums, where points are live."""
    number, truth, _, zero = _kinds(width)
    lines = _batch_lines(replace(part, outputs=[]), width)
    for place, value in part.outputs:
        at = f"{number}, ptr %sums, i64 {place}"
        lines += _load(f"%old{place}", number, at)
        lines.append(f"  %kept{place} = select {truth} %live, {number} {value}, {number} {zero}")
        lines.append(f"  %sum{place} = fadd {number} %old{place}, %kept{place}")
        lines += _store(f"%sum{place}", f"sum{place}", number, at)
    return lines


def _kinds(width: int) -> tuple[str, str, str, str]:
    """Return the types of numbers and of truth values, and the constants 1 and 0."""
    if width == 1:
        return "double", "i1", "1.0", "0.0"
    vector = f"<{width} x double>"
    return vector, f"<{width} x i1>", "splat (double 1.0)", "splat (double 0.0)"


def _taken(part: Part, width: int) -> list[str]:
    """Return the instructions that read what other parts left; truth values are 1 or 0 there."""
    number, _, _, zero = _kinds(width)
    lines = []
    for name, slot in part.takes:
        is_truth = name in part.truths
        read = f"%n.{name[1:]}" if is_truth else name
        lines += _load(read, number, f"{number}, ptr %slots, i64 {slot}")
        if is_truth:
            lines.append(f"  {name} = fcmp une {number} {read}, {zero}")
    return lines


def _left(part: Part, width: int) -> list[str]:
    """Return the instructions that leave values for other parts."""
    number, truth, one, zero = _kinds(width)
    lines = []
    for name, slot in part.leaves:
        value = name
        if name in part.truths:
            value = f"%n.{name[1:]}"
            lines.append(
                f"  {value} = select {truth} {name}, {number} {one}, {number} {zero}"
            )  # fmt: skip
        lines += _store(value, f"l{slot}", number, f"{number}, ptr %slots, i64 {slot}")
    return lines


def _load(name: str, kind: str, place: str) -> list[str]:
    """Return the instructions that read a value from a place."""
    at = f"%at.{name[1:]}"
    return [f"  {at} = getelementptr {place}", f"  {name} = load {kind}, ptr {at}, align 8"]


def _store(value: str, label: str, kind: str, place: str) -> list[str]:
    """Return the instructions that write a value to a place."""
    at = f"%to.{label}"
    return [f"  {at} = getelementptr {place}", f"  store {kind} {value}, ptr {at}, align 8"]


#: Puts what is left after whole vectors into scratch space, with copies of its first number.
_FILL = """fill:
  %f = phi i64 [ 0, %{came_from} ], [ %f_next, %fill_one ]
  %f_more = icmp slt i64 %f, {n_inputs}
  br i1 %f_more, label %fill_one, label %{goes_to}
fill_one:
  %f_at = mul i64 %f, {width}
  %f_to = getelementptr double, ptr %scratch_in, i64 %f_at
  %f_place = getelementptr ptr, ptr %in_places, i64 %f
  store ptr %f_to, ptr %f_place
  %f_pointer = getelementptr ptr, ptr %inputs, i64 %f
  %f_source = load ptr, ptr %f_pointer
  %f_strided = getelementptr i64, ptr %strides, i64 %f
  %f_stride = load i64, ptr %f_strided
  %f_offset = mul i64 %whole, %f_stride
  %f_from = getelementptr double, ptr %f_source, i64 %f_offset
  %f_first = load double, ptr %f_from
  %f_seed = insertelement <{width} x double> poison, double %f_first, i32 0
  %f_copies = shufflevector <{width} x double> %f_seed, <{width} x double> poison,
    <{width} x i32> zeroinitializer
  store <{width} x double> %f_copies, ptr %f_to, align 8
  call void @llvm.memcpy.p0.p0.i64(ptr %f_to, ptr %f_from, i64 %bytes, i1 false)
  %f_next = add i64 %f, 1
  br label %fill
"""

#: The entry point for many points: whole vectors first, then the rest in scratch space.
_WHOLE_AND_REST = (
    """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
define void @batch(i64 %n, ptr %inputs, ptr %strides, ptr %outputs) nounwind {{
entry:
  %scratch_in = alloca [{in_size} x double], align 64
  %scratch_out = alloca [{out_size} x double], align 64
  %in_places = alloca [{in_places} x ptr]
  %out_places = alloca [{out_places} x ptr]
  %rest = urem i64 %n, {width}
  %whole = sub i64 %n, %rest
  %bytes = mul i64 %rest, 8
  call void @blocks(i64 %whole, ptr %inputs, ptr %strides, ptr %outputs)
  %none = icmp eq i64 %rest, 0
  br i1 %none, label %done, label %fill
"""
    + _FILL
    + """aim:
  %g = phi i64 [ 0, %fill ], [ %g_next, %aim_one ]
  %g_more = icmp slt i64 %g, {n_outputs}
  br i1 %g_more, label %aim_one, label %run
aim_one:
  %g_at = mul i64 %g, {width}
  %g_to = getelementptr double, ptr %scratch_out, i64 %g_at
  %g_place = getelementptr ptr, ptr %out_places, i64 %g
  store ptr %g_to, ptr %g_place
  %g_next = add i64 %g, 1
  br label %aim
run:
  call void @blocks(i64 {width}, ptr %in_places, ptr %strides, ptr %out_places)
  br label %give
give:
  %h = phi i64 [ 0, %run ], [ %h_next, %give_one ]
  %h_more = icmp slt i64 %h, {n_outputs}
  br i1 %h_more, label %give_one, label %done
give_one:
  %h_at = mul i64 %h, {width}
  %h_from = getelementptr double, ptr %scratch_out, i64 %h_at
  %h_pointer = getelementptr ptr, ptr %outputs, i64 %h
  %h_target = load ptr, ptr %h_pointer
  %h_to = getelementptr double, ptr %h_target, i64 %whole
  call void @llvm.memcpy.p0.p0.i64(ptr %h_to, ptr %h_from, i64 %bytes, i1 false)
  %h_next = add i64 %h, 1
  br label %give
done:
  ret void
}}
"""
)

#: The entry point for totals: blocks of whole vectors, then the rest in scratch space.
_BLOCKS_AND_REST = (
    """
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare double @llvm.vector.reduce.fadd.v{width}f64(double, {vector})
define void @sums(i64 %n, ptr %inputs, ptr %strides, ptr %totals) nounwind {{
entry:
  %block = alloca [{n_sums} x {vector}], align 64
  %all = alloca [{n_sums} x {vector}], align 64
  %scratch_in = alloca [{in_size} x double], align 64
  %in_places = alloca [{in_places} x ptr]
  call void @llvm.memset.p0.i64(ptr %all, i8 0, i64 {sums_bytes}, i1 false)
  %rest = urem i64 %n, {width}
  %whole = sub i64 %n, %rest
  %bytes = mul i64 %rest, 8
  %ones = insertelement {truth} poison, i1 true, i32 0
  %every = shufflevector {truth} %ones, {truth} poison, <{width} x i32> zeroinitializer
  br label %blocks
blocks:
  %j = phi i64 [ 0, %entry ], [ %j_end, %joined ]
  %j_more = icmp slt i64 %j, %whole
  br i1 %j_more, label %one, label %after
one:
  %j_far = add i64 %j, {block}
  %j_fits = icmp slt i64 %j_far, %whole
  %j_end = select i1 %j_fits, i64 %j_far, i64 %whole
  call void @llvm.memset.p0.i64(ptr %block, i8 0, i64 {sums_bytes}, i1 false)
  call void @span(i64 %j, i64 %j_end, ptr %inputs, ptr %strides, ptr %block, {truth} %every)
  br label %join
join:
  %c = phi i64 [ 0, %one ], [ %c_next, %join ]
  %c_all = getelementptr {vector}, ptr %all, i64 %c
  %c_block = getelementptr {vector}, ptr %block, i64 %c
  %c_old = load {vector}, ptr %c_all, align 64
  %c_new = load {vector}, ptr %c_block, align 64
  %c_sum = fadd {vector} %c_old, %c_new
  store {vector} %c_sum, ptr %c_all, align 64
  %c_next = add i64 %c, 1
  %c_more = icmp slt i64 %c_next, {n_sums}
  br i1 %c_more, label %join, label %joined
joined:
  br label %blocks
after:
  %none = icmp eq i64 %rest, 0
  br i1 %none, label %close, label %fill
"""
    + _FILL
    + """run:
  %r_seed = insertelement <{width} x i64> poison, i64 %rest, i32 0
  %r_copies = shufflevector <{width} x i64> %r_seed, <{width} x i64> poison,
    <{width} x i32> zeroinitializer
  %live = icmp slt <{width} x i64> <{lanes}>, %r_copies
  call void @span(i64 0, i64 {width}, ptr %in_places, ptr %strides, ptr %all, {truth} %live)
  br label %close
close:
  br label %give
give:
  %h = phi i64 [ 0, %close ], [ %h_next, %give ]
  %h_at = getelementptr {vector}, ptr %all, i64 %h
  %h_all = load {vector}, ptr %h_at, align 64
  %h_sum = call double @llvm.vector.reduce.fadd.v{width}f64(double 0.0, {vector} %h_all)
  %h_to = getelementptr double, ptr %totals, i64 %h
  store double %h_sum, ptr %h_to
  %h_next = add i64 %h, 1
  %h_more = icmp slt i64 %h_next, {n_sums}
  br i1 %h_more, label %give, label %done
done:
  ret void
}}
"""
)
