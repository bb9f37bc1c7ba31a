"""Answering a shell that completes a command line, by click's protocol: the variable
`_RETROVUE_COMPLETE` says which shell asks, and whether for its script or for what fits.

https://click.palletsprojects.com/en/stable/shell-completion/

click's own script for bash inserts a name with blanks as several words, takes a colon for the end
of a word, and that for fish ends at the first comma; ours do not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from click import shell_completion as protocol

VARIABLE = "_RETROVUE_COMPLETE"
_END = "\0"  # stands at the cursor while a line is split

_BASH = r"""%(complete_func)s() {
    local found
    COMPREPLY=()
    while IFS= read -r found; do
        case ${found%%%%,*} in
            dir) compopt -o dirnames ;;
            file) compopt -o default ;;
            plain) COMPREPLY+=("${found#*,}") ;;
        esac
    done < <(COMP_WORDS="${COMP_LINE:0:COMP_POINT}" COMP_CWORD=line COMP_TEXT="$2" \
        %(complete_var)s=bash_complete "${1/#\~/$HOME}" 2>/dev/null)
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""

_FISH = r"""function %(complete_func)s
    set -l response (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
        COMP_CWORD=(commandline -ct) %(prog_name)s 2>/dev/null)
    for completion in $response
        set -l found (string split --max 1 "," -- $completion)
        switch $found[1]
            case dir
                __fish_complete_directories $found[2]
            case file
                __fish_complete_path $found[2]
            case plain
                echo -- $found[2]
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""


def answer(instruction: str) -> int:
    """Write the script of a shell, or what fits, to standard output; returns the exit code. What
    goes wrong meanwhile is nobody's business on a line that is being typed."""
    from retrovue.cli.commands import root

    for own in (Bash, Zsh, Fish):
        protocol.add_completion_class(own)
    try:
        return protocol.shell_complete(root, {}, "retrovue", VARIABLE, instruction)
    except (Exception, KeyboardInterrupt):
        return 1


def script(shell: str) -> str:
    """What the shell (bash, zsh or fish) has to run to complete retrovue's commands."""
    from retrovue.cli.commands import root

    own = {each.name: each for each in (Bash, Zsh, Fish)}[shell]
    return own(root, {}, "retrovue", VARIABLE).source()


class Bash(protocol.BashComplete):
    """Bash is given its words as they are to be inserted: quoted, and without the part that it
    keeps of the word, which it ends at each of `COMP_WORDBREAKS`."""

    source_template = _BASH
    _kept = ""
    _quote: str | None = None  # None: asked by click's own script, which quotes nothing

    @staticmethod
    def _check_version() -> None:
        """Not asked: bash would have to be started for it."""

    def get_completion_args(self) -> tuple[list[str], str]:
        if os.environ.get("COMP_CWORD") != "line":
            return super().get_completion_args()
        line, text = os.environ["COMP_WORDS"], os.environ["COMP_TEXT"]
        self._quote = _open_quote(line)
        self._kept = _words(line[: len(line) - len(text)])[-1]
        _, *words, incomplete = _words(line)
        return words, incomplete

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[protocol.CompletionItem[str]]:
        found = super().get_completions(args, incomplete)
        if self._quote is None:
            return found
        flag = _flag(incomplete)
        if flag and not self._kept:  # where `=` ends no word
            return _with_flag(flag, found)
        kept = self._kept[len(flag) :]
        there = [item for item in found if _begins_with(item.value, kept)]
        for item in there:
            item.value = item.value[len(kept) :]
        return there

    def format_completion(self, item: protocol.CompletionItem[str]) -> str:
        if self._quote is None or item.type != "plain":
            return super().format_completion(item)
        return f"plain,{_QUOTED[self._quote](item.value)}"


_QUOTED: dict[str, Callable[[str], str]] = {
    "": lambda value: re.sub(r"([^\w@%+=:,./-])", r"\\\1", value),
    "'": lambda value: value.replace("'", "'\\''"),
    '"': lambda value: re.sub(r'([\\"$`])', r"\\\1", value),
}


def _begins_with(value: str, kept: str) -> bool:
    return value[: len(kept)].casefold() == kept.casefold()


def _words(line: str) -> list[str]:
    """The words of a line up to the cursor; the last one, which may be empty, is being typed."""
    words = protocol.split_arg_string(line + _END)
    return [*words[:-1], words[-1].removesuffix(_END)]


def _open_quote(line: str) -> str:
    """The quotation mark that is open at the end of a line, or nothing."""
    quote, escaped = "", False
    for letter in line:
        if escaped:
            escaped = False
        elif letter == "\\" and quote != "'":
            escaped = True
        elif letter == quote:
            quote = ""
        elif not quote and letter in "'\"":
            quote = letter
    return quote


class _WholeWord(protocol.ShellComplete):
    """A shell that puts what fits in the place of the whole word, `--source=` included."""

    def get_completions(
        self, args: list[str], incomplete: str
    ) -> list[protocol.CompletionItem[str]]:
        return _with_flag(_flag(incomplete), super().get_completions(args, incomplete))


class Zsh(_WholeWord, protocol.ZshComplete):
    pass


class Fish(_WholeWord, protocol.FishComplete):
    source_template = _FISH


def _flag(incomplete: str) -> str:
    """The `--flag=` that a value is typed behind, or nothing."""
    flag, equals, _ = incomplete.partition("=")
    return flag + equals if equals and flag.startswith("--") else ""


def _with_flag(
    flag: str, found: list[protocol.CompletionItem[str]]
) -> list[protocol.CompletionItem[str]]:
    for item in found:
        item.value = flag + item.value
    return found
