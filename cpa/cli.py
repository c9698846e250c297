"""The command line: a table of commands, whose modules are imported when they run."""

import gc
import gettext
import importlib
import os
import sys
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from cpa.messages import LOCALE_DIR, Message, _, locale_language, plain

CLEAN, FINDINGS, USAGE, FAILURE = 0, 1, 2, 3
"""Exit codes: nothing wrong; errors or warnings found; wrong use of the command; internal or I/O failure."""

COMMANDS: dict[str, Message] = {
    "init": _("Scaffold an audit in a folder"),
    "check": _("Say what is wrong with an audit, and where"),
    "status": _("Show the seven phases, their steps, and what to do next"),
    "balance": _("Close the balances of phase 3"),
    "benchmark": _("Compare the enterprise with its indicator system"),
    "focus": _("Rank the candidates for the audit focus"),
    "options": _("Show what the options answer, or suggest options from the library"),
    "screen": _("Screen the options"),
    "appraise": _("Compute the economics of the options"),
    "package": _("Choose the best set of options under conditions"),
    "annuity": _("Print the present value of an annuity for any rates and years"),
    "approve": _("Record the figures that a decision rests on"),
    "table": _("Show a table of the audit by its name"),
    "report": _("Print the audit report and the work tables"),
    "explain": _("Explain a finding's code"),
    "schema": _("Write the JSON Schemas for editors"),
}


class _Translated:
    """Usage line and help option in the language of the locale; the framework has no translation for them."""

    def get_usage(self, ctx: Any) -> str:
        usage: str = super().get_usage(ctx)  # type: ignore[misc]
        return usage.replace("Usage:", _("Usage:").to(locale_language()), 1)

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = _("Show this help and exit").to(locale_language())
        return option


class _Command(_Translated, TyperCommand):
    pass


class _LazyGroup(_Translated, TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 -- the interface of the group
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        return _command(cmd_name) if cmd_name in COMMANDS else None


def _command(name: str) -> Any:
    """The command `name`, its module imported now."""
    module = importlib.import_module(f"cpa.commands.{name}")
    application = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    help_text = COMMANDS[name].to(locale_language())
    application.command(name, cls=_Command, help=help_text, context_settings=_CONTEXT)(module.main)
    return typer.main.get_command(application)


_CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


def _version(asked: bool) -> None:
    if asked:
        from cpa import __version__

        typer.echo(f"cpa {__version__}")
        raise typer.Exit


def app() -> typer.Typer:
    """The Typer application, with help in the language of the locale."""
    language = locale_language()
    application = typer.Typer(
        cls=_LazyGroup,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings=_CONTEXT,
    )
    version = typer.Option(
        False, "--version", "-V", callback=_version, is_eager=True, help=_("Show the version and exit").to(language)
    )

    def root(version: bool = version) -> None:
        pass

    application.callback(
        help=_("Cleaner production audits over plain files: check, balance, rank, appraise, report.").to(language)
    )(root)
    return application


def run(arguments: list[str] | None = None) -> int:
    """Runs the command line and returns its exit code; a bug keeps its traceback, on stderr."""
    # A command lives for a moment and drops next to nothing: collecting garbage would cost more than it frees.
    gc.disable()
    _prepare_streams()
    _translate_framework()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        if given and given[0] in COMMANDS:
            # The group would only find the same command, after building and parsing itself.
            code = _command(given[0])(args=given[1:], prog_name=f"cpa {given[0]}", standalone_mode=False)
        else:
            code = app()(args=given, prog_name="cpa", standalone_mode=False)
    except SystemExit as stop:
        if type(sys.stdout).__name__ == "PacifyFlushWrapper":
            # The framework's sign that whoever read our output has seen enough.
            return CLEAN
        return stop.code if isinstance(stop.code, int) else CLEAN if stop.code is None else FAILURE
    except BrokenPipeError:
        # Whoever read our output has seen enough; keep Python from complaining when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except OSError as error:
        from cpa.files.text import reason_of

        message = _("cannot read or write {file}: {reason}", file=error.filename or "", reason=reason_of(error))
        sys.stderr.write(f"cpa: {message.to(locale_language())}\n")
        return FAILURE
    except KeyboardInterrupt:
        return FAILURE
    except Exception as error:  # noqa: BLE001 -- the last net: a traceback for us, one sentence for the user
        if hasattr(error, "format_message"):
            return _wrong_use(error)
        if type(error).__name__ == "Abort":
            return FAILURE
        import traceback

        traceback.print_exc()
        sys.stderr.write(
            "cpa: "
            + _("this is a bug in cpa, not in your audit; please report it with the lines above").to(locale_language())
            + "\n"
        )
        return FAILURE
    return code if isinstance(code, int) else CLEAN


_WRONG_USE: tuple[tuple[str, Message], ...] = (
    (r"No such command '(?P<name>[^']*)'", _("there is no command `{name}`")),
    (r"No such option: (?P<name>\S+)", _("there is no option `{name}`")),
    (r"Missing argument '?(?P<name>[^'.]*)'?", _("the argument `{name}` is missing")),
    (r"Missing option '?(?P<name>[^'.]*)'?", _("the option `{name}` is missing")),
    (r"Missing command", _("a command is missing")),
    (r"Got unexpected extra arguments? \((?P<name>.*)\)", _("`{name}` is one argument too many")),
    (r"Option '(?P<name>[^']*)' requires an argument", _("the option `{name}` needs a value")),
    (
        r"Invalid value for '?(?P<name>[^':]*)'?: '(?P<value>.*)' is not one of (?P<choices>.*?)\.?$",
        _("`{value}` is not a value of {name}; allowed: {choices}"),
    ),
)


def _wrong_use(error: Any) -> int:
    """The framework's complaint about the command line in the language of the locale."""
    import difflib
    import re

    text = error.format_message()
    message: Message = plain(text)
    for pattern, known in _WRONG_USE:
        match = re.match(pattern, text)
        if match:
            message = Message(known.text, tuple(match.groupdict().items()))
            near = difflib.get_close_matches(match.groupdict().get("name") or "", COMMANDS, n=1)
            if known is _WRONG_USE[0][1] and near:
                message = _("{message}; did you mean `{near}`?", message=message, near=near[0])
            break
    context = getattr(error, "ctx", None)
    usage = context.get_usage() if context is not None else ""
    help_hint = _(
        "`{command} --help` shows how it is used", command=context.command_path if context is not None else "cpa"
    )
    language = locale_language()
    sys.stderr.write(
        "".join(f"{line}\n" for line in (usage, f"cpa: {message.to(language)}", help_hint.to(language)) if line)
    )
    return USAGE


def _prepare_streams() -> None:
    """A console that cannot show a character gets a `?`, never a crash (GBK consoles, redirected output)."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _translate_framework() -> None:
    """Typer and click look their own words up by gettext: let them find our catalogue of those words."""
    gettext.bindtextdomain("framework", LOCALE_DIR)
    gettext.textdomain("framework")
    os.environ["LANGUAGE"] = "zh_CN" if locale_language() == "zh" else "en"
