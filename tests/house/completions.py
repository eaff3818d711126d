#!/usr/bin/python3
"""Writes the completions of the shells from the table of options.     completions.py BUILD [FOLDER]

What each option takes follows from its argument as --help has it: words, files, names of models. Names of models and of
peers come from the files in which tsllm-top notes those it saw last; nothing is asked. These names were chosen by
others: the scripts expand none of them, and leave out what is not made of plain letters and signs.
"""
import glob
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEAD = "# Completion for tsllm-top, generated from its table of options by `make completions`.\n"
NAMES = "[A-Za-z0-9][A-Za-z0-9._:/@+-]*"        # what may stand in a list of names, as an extended regular expression
FILES, MODELS, PEERS = "files", "models", "peers"
PLACEHOLDERS = {"FILE": FILES, "PATH": FILES, "MODEL": MODELS, "PEER": PEERS}


def options(build):
    """Name, argument, what completes it (words, or one of the above; empty: nothing) and help of each."""
    lines = subprocess.run([os.path.join(build, "options")], capture_output=True, check=True, text=True).stdout.splitlines()
    for name, argument, words, text in (line.split("\t") for line in lines):
        parts = argument.strip("[]").split("|")
        kinds = [PLACEHOLDERS[part] for part in parts if part in PLACEHOLDERS]
        if argument == "NAME":
            words = " ".join(sorted(os.path.basename(path).removesuffix(".theme")
                                    for path in glob.glob(os.path.join(ROOT, "themes/*.theme"))))
        if not words and argument == argument.lower():
            words = " ".join(parts)
        yield name, argument, words.split() or kinds[:1], text


BASH = r"""
# The names that tsllm-top saw last: models or peers.
_tsllm_top_names()
{
	local name file=${XDG_STATE_HOME:-$HOME/.local/state}/tsllm-top/$1

	[[ -f $file && -r $file ]] || return
	while read -r name; do
		[[ $name =~ ^@NAMES@$ ]] && printf '%s\n' "$name"
	done <"$file"
}

# Offers each line of standard input that goes on as $typed does. Bash replaces only $here, the part behind its last
# word break.
_tsllm_top_offer()
{
	local line

	while IFS= read -r line; do
		line=$before$line
		[[ $line == "$typed"* ]] && COMPREPLY+=("${line:${#typed}-${#here}}")
	done
}

_tsllm_top()
{
	local i=$COMP_CWORD here=${COMP_WORDS[COMP_CWORD]} typed before= option

	# Bash breaks --pick=qwen3:8b at = and at :, if COMP_WORDBREAKS has them.
	typed=$here
	while ((i > 1)) && [[ ${COMP_WORDS[i]} == [=:] || ${COMP_WORDS[i - 1]} == [=:] ]]; do
		((i--))
		typed=${COMP_WORDS[i]}$typed
	done
	[[ $here == [=:] ]] && here=
	COMPREPLY=()
	option=${COMP_WORDS[i - 1]}
	if [[ $typed == --*=* ]]; then
		option=${typed%%=*} before=${typed%%=*}=
	fi
	case $option in
@CASES@
	esac
	if [[ $typed == -* ]]; then
		_tsllm_top_offer < <(printf '%s\n' @OPTIONS@)
		[[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace
	elif [[ " ${COMP_WORDS[*]} " == *" --doctor "* ]]; then
		_tsllm_top_offer < <(_tsllm_top_names peers)
	fi
	return 0
}
complete -F _tsllm_top tsllm-top
"""


def bash_case(names, kinds):
    if kinds == [FILES]:
        does = "\t\tcompopt -o filenames\n\t\t_tsllm_top_offer < <(compgen -f -- \"${typed#\"$before\"}\")\n"
    elif kinds in ([MODELS], [PEERS]):
        does = f"\t\t_tsllm_top_offer < <(_tsllm_top_names {kinds[0]})\n"
    elif kinds:
        does = f"\t\t_tsllm_top_offer < <(printf '%s\\n' {' '.join(kinds)})\n"
    else:
        does = ""
    return f"\t{' | '.join(f'--{name}' for name in names)})\n{does}\t\treturn\n\t\t;;"


def bash(rows):
    alike = {}
    for name, argument, kinds, _ in rows:
        if argument:
            alike.setdefault(tuple(kinds), []).append(name)
    cases = "\n".join(bash_case(names, list(kinds)) for kinds, names in alike.items())
    names = " ".join(f"--{name}{'=' if argument else ''}" for name, argument, _, _ in rows)
    return HEAD + BASH.replace("@NAMES@", NAMES).replace("@CASES@", cases).replace("@OPTIONS@", names)


ZSH = r"""
# The names that tsllm-top saw last: models or peers.
_tsllm_top_names()
{
	local file=${XDG_STATE_HOME:-$HOME/.local/state}/tsllm-top/$1 name
	local -a names

	[[ -f $file && -r $file ]] || return 1
	while read -r name; do
		[[ $name =~ '^@NAMES@$' ]] && names+=($name)
	done <$file
	compadd -a names
}

# What --doctor is about.
_tsllm_top_operand()
{
	((${words[(I)--doctor]})) && _tsllm_top_names peers
}

_arguments \
@ROWS@ \
	'*:peer:_tsllm_top_operand'
"""


def zsh_row(name, argument, kinds, text):
    text = text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("'", "'\\''")
    if not argument:
        return f"\t'--{name}[{text}]'"
    does = "_files" if kinds == [FILES] else f" _tsllm_top_names {kinds[0]}" if kinds in ([MODELS], [PEERS]) else \
        f"({' '.join(kinds)})" if kinds else " "
    return f"\t'--{name}=[{text}]:{argument.split('|')[0].lower() if argument.isupper() else name}:{does}'"


def zsh(rows):
    made = " \\\n".join(zsh_row(*row) for row in rows)
    return "#compdef tsllm-top\n" + HEAD + ZSH.replace("@NAMES@", NAMES).replace("@ROWS@", made)


FISH = r"""
# The names that tsllm-top saw last: models or peers.
function __tsllm_top_names
    set -l folder $XDG_STATE_HOME
    test -n "$folder"; or set folder ~/.local/state
    test -f $folder/tsllm-top/$argv[1]; and string match -r '^@NAMES@$' <$folder/tsllm-top/$argv[1]
end

complete -c tsllm-top -f
complete -c tsllm-top -n '__fish_contains_opt doctor' -a '(__tsllm_top_names peers)'
"""


def fish_row(name, argument, kinds, text):
    text = text.replace("\\", "\\\\").replace("'", "\\'")
    takes = "" if not argument else " -r -F" if kinds == [FILES] else \
        f" -x -a '(__tsllm_top_names {kinds[0]})'" if kinds in ([MODELS], [PEERS]) else \
        f" -x -a '{' '.join(kinds)}'" if kinds else " -x"
    return f"complete -c tsllm-top -l {name}{takes} -d '{text}'\n"


def fish(rows):
    return HEAD + FISH.replace("@NAMES@", NAMES) + "".join(fish_row(*row) for row in rows)


# By the first part of the place where each is installed.
SHELLS = {"bash-completion": bash, "zsh": zsh, "fish": fish}


def main():
    rows = list(options(sys.argv[1]))
    folder = sys.argv[2] if len(sys.argv) > 2 else os.path.join(ROOT, "tui/share/completions")
    for shell, write in SHELLS.items():
        with open(os.path.join(folder, shell), "w", encoding="utf-8") as file:
            file.write(write(rows))


if __name__ == "__main__":
    main()
