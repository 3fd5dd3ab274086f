"""How languages write loops over arrays: templates, a row for each language."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["SYNTAX", "Syntax"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """The templates of one language.

    Attributes
    ----------
    loop : tuple of str
        How a loop of `{0}` from `{1}` to before `{2}` begins and ends.
    while_ : tuple of str
    entry : str
        The element number `{1}`, counted from 0, of the array `{0}`.
    real, whole : str
        A whole number as a number, and a number that is whole as one.
    chosen : str
        `{2}` if the whole numbers `{0}` and `{1}` are equal, else `{3}`.
    given, room : str
        An array in a call, to be read and to be written to.
    call : str
        A call of `{0}` as a statement.
    returned : str
        The statements that return `{0}`.
    done : str
        The statement that returns nothing.
    whole_name, real_name : str
        The declaration of a local name `{0}` with its first value `{1}`.
    parameters : tuple of str
        Parameters: a whole number, a number, an array to read, one to write to.
    function, procedure : tuple of str
        How a function `{0}` of the parameters `{1}` begins and ends, and what returns nothing.
    whole_result : tuple of str
        What is replaced by what in the head of a function that returns a whole number.
    before : tuple of str
        What stands before a function.
    is_declared_first : bool
        Whether local names and parameters are declared before all statements.
    """

    loop: tuple[str, str]
    while_: tuple[str, str]
    entry: str
    real: str
    whole: str
    chosen: str
    given: str = "{0}"
    room: str = "{0}"
    call: str
    returned: str = "return {0}"
    done: str = "return"
    whole_name: str
    real_name: str
    parameters: tuple[str, str, str, str]
    function: tuple[str, str]
    procedure: tuple[str, str]
    whole_result: tuple[str, str] = ("double", "size_t")
    before: tuple[str, ...] = ()
    is_declared_first: bool = False


_C = Syntax(
    loop=("for (size_t {0} = {1}; {0} < {2}; ++{0}) {{", "}}"),
    while_=("while ({0}) {{", "}}"),
    entry="{0}[{1}]",
    real="(double){0}",
    whole="(size_t){0}",
    chosen="({0} == {1} ? {2} : {3})",
    call="{0};",
    returned="return {0};",
    done="return;",
    whole_name="size_t {0} = {1};",
    real_name="double {0} = {1};",
    parameters=("size_t {0}", "double {0}", "const double *restrict {0}", "double *restrict {0}"),
    function=("static double {0}({1})\n{{", "}}"),
    procedure=("static void {0}({1})\n{{", "}}"),
)

#: The languages; all that differs between C and C++ here is that one has `restrict`.
SYNTAX = {
    "c": _C,
    "cpp": replace(_C, parameters=("size_t {0}", "double {0}", "const double *{0}", "double *{0}")),
    "python": Syntax(
        loop=("for {0} in range({1}, {2}):", ""),
        while_=("while {0}:", ""),
        entry="{0}[{1}]",
        real="float({0})",
        whole="int({0})",
        chosen="({2} if {0} == {1} else {3})",
        call="{0}",
        whole_name="{0} = {1}",
        real_name="{0} = {1}",
        parameters=("{0}", "{0}", "{0}", "{0}"),
        function=("def {0}({1}):", ""),
        procedure=("def {0}({1}):", ""),
    ),
    "julia": Syntax(
        loop=("for {0} in {1}:({2}) - 1", "end"),
        while_=("while {0}", "end"),
        entry="{0}[{1} + 1]",
        real="Float64({0})",
        whole="Int({0})",
        chosen="({0} == {1} ? {2} : {3})",
        call="{0}",
        whole_name="{0} = {1}",
        real_name="{0} = {1}",
        parameters=("{0}", "{0}", "{0}", "{0}"),
        function=("function {0}({1})", "end"),
        procedure=("function {0}({1})", "end"),
    ),
    "rust": Syntax(
        loop=("for {0} in {1}..{2} {{", "}}"),
        while_=("while {0} {{", "}}"),
        entry="{0}[{1}]",
        real="({0} as f64)",
        whole="({0} as usize)",
        chosen="(if {0} == {1} {{ {2} }} else {{ {3} }})",
        given="&{0}[..]",
        room="&mut {0}[..]",
        call="{0};",
        returned="return {0};",
        done="return;",
        whole_name="let mut {0}: usize = {1};",
        real_name="let mut {0}: f64 = {1};",
        parameters=("{0}: usize", "{0}: f64", "{0}: &[f64]", "{0}: &mut [f64]"),
        function=("fn {0}({1}) -> f64 {{", "}}"),
        procedure=("fn {0}({1}) {{", "}}"),
        whole_result=("f64 {{", "usize {{"),
        before=("#[allow(unused_mut, unused_assignments, unused_parens, clippy::all)]",),
    ),
    "fortran": Syntax(
        loop=("do {0} = {1}, ({2}) - 1", "end do"),
        while_=("do while ({0})", "end do"),
        entry="{0}({1})",
        real="real({0}, real64)",
        whole="int({0})",
        chosen="merge({2}, {3}, {0} == {1})",
        call="call {0}",
        returned="answer = {0}\nreturn",
        whole_name="integer :: {0}",
        real_name="real(real64) :: {0}",
        parameters=(
            "integer, intent(in) :: {0}",
            "real(real64), intent(in) :: {0}",
            "real(real64), intent(in) :: {0}(0:*)",
            "real(real64), intent(inout) :: {0}(0:*)",
        ),
        function=("pure function {0}({1}) result(answer)", "end function {0}"),
        procedure=("pure subroutine {0}({1})", "end subroutine {0}"),
        is_declared_first=True,
    ),
}
