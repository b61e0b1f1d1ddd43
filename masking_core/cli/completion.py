"""``masking completion``: what makes a shell complete commands and options."""

import argparse
from typing import Any

BASH = """_masking() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" command="${{COMP_WORDS[1]}}" options=""
  if [ "$COMP_CWORD" -eq 1 ]; then COMPREPLY=($(compgen -W "{commands}" -- "$word")); return; fi
  case "$command" in
{cases}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}}
complete -o filenames -F _masking masking
"""
ZSH = "autoload -U +X bashcompinit && bashcompinit\n"


def add(commands: Any) -> None:
    """Declare the command and its options."""
    found = commands.add_parser(
        "completion",
        help="print what makes a shell complete commands and options",
        description='Add this line to ~/.bashrc, ~/.zshrc or ~/.config/fish/config.fish: eval "$(masking completion '
        'bash)", eval "$(masking completion zsh)" or masking completion fish | source.',
    )
    found.set_defaults(run=_completion, commands=commands)
    found.add_argument("shell", choices=["bash", "zsh", "fish"])


def _completion(options: argparse.Namespace) -> None:
    known = {name: _options(parser) for name, parser in options.commands.choices.items()}
    print(_fish(known) if options.shell == "fish" else _bash(known, options.shell), end="")


def _options(parser: argparse.ArgumentParser) -> list[str]:
    return [name for action in parser._actions for name in action.option_strings if name.startswith("--")]


def _bash(known: dict[str, list[str]], shell: str) -> str:
    cases = "\n".join(f'    {name}) options="{" ".join(options)}" ;;' for name, options in known.items())
    return ZSH * (shell == "zsh") + BASH.format(commands=" ".join(known), cases=cases)


def _fish(known: dict[str, list[str]]) -> str:
    lines = [f"complete -c masking -n __fish_use_subcommand -f -a {name}" for name in known]
    for name, options in known.items():
        lines += [f"complete -c masking -n '__fish_seen_subcommand_from {name}' -l {option[2:]}" for option in options]
    return "\n".join(lines) + "\n"
