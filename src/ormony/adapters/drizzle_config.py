"""Reads a Drizzle config (`drizzle.config.ts` and its kin) without running it: what is written literally.

The file is JavaScript, TypeScript or JSON. This module splits it into tokens, finds the exported object and
follows constants of the same file. Of calls it knows those that put paths together (`join(__dirname, "x")`,
`fileURLToPath(new URL("./x", import.meta.url))`); whatever needs another call, the environment or another
module is reported as not static, with the line on which it stands.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from ormony import files
from ormony.errors import OrmonyError

FILE_NAME: Final = re.compile(
    r"drizzle(?P<before>(?:[.-][\w-]+)*?)\.config(?P<after>(?:[.-][\w-]+)*?)\.(?:ts|mts|cts|js|mjs|cjs|json)"
)
"""Names under which people keep such a file: `drizzle.config.ts`, `drizzle.auth.config.ts`, …"""


class Setting(msgspec.Struct, frozen=True):
    """One property: its literal strings, or `static` False when only running the file would tell.

    `fallback` is the literal on the right of `??` or `||` of an expression that is not static.
    """

    line: int
    values: tuple[str, ...] = ()
    static: bool = True
    fallback: str | None = None

    @property
    def value(self) -> str | None:
        """The literal; None when the property is not static or no string."""
        return self.values[0] if self.static and len(self.values) == 1 else None


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What the Drizzle config at `path` says of its migrations; None for a property that is not there."""

    path: str
    out: Setting | None = None
    schema: Setting | None = None
    dialect: Setting | None = None
    driver: Setting | None = None
    table: Setting | None = None
    ledger_schema: Setting | None = None
    prefix: Setting | None = None
    casing: Setting | None = None


def read(root: Path, path: str) -> Config:
    """The settings in `root/path`. Raises `invalid-config` for what is no JavaScript, TypeScript or JSON.

    A path that the config makes from its own place is told from the folder of the package around it, as
    drizzle-kit's other paths are.
    """
    text = files.read_text(root, path)
    try:
        tokens = list(_tokens(text.removeprefix("\ufeff"), path))
        exported = _Reader(tokens, path).exported(is_json=path.endswith(".json"))
    except RecursionError:
        raise _broken(path, 1, "the values are nested too deeply") from None
    top = exported if isinstance(exported, _Object) else None
    line = exported.line if exported is not None else 1

    def setting(name: str, inside: _Object | None = top) -> Setting | None:
        found = inside.get(name) if inside is not None else _Unknown(line)
        match found:
            case None | _Unset():
                return None
            case _Literal():
                return Setting(found.line, tuple(_from_package(root, path, each) for each in found.values))
            case _Unknown():
                return Setting(found.line, static=False, fallback=found.fallback)
            case _Object():
                return Setting(found.line)

    migrations = top.get("migrations") if top is not None else _Unknown(line)
    ledger: _Object | None
    if migrations is None or isinstance(migrations, _Unset):
        ledger = _Object(line)
    elif isinstance(migrations, _Object):
        ledger = migrations
    else:
        ledger, line = None, migrations.line
    return Config(
        path=path,
        out=setting("out"),
        schema=setting("schema"),
        dialect=setting("dialect"),
        driver=setting("driver"),
        table=setting("table", ledger),
        ledger_schema=setting("schema", ledger),
        prefix=setting("prefix", ledger),
        casing=setting("casing"),
    )


_HERE: Final = "\0"  # the folder of the config, where a path begins with it


def _from_package(root: Path, path: str, value: str) -> str:
    if not value.startswith(_HERE):
        return value
    folder = start = posixpath.dirname(path)
    while start and not (root / start / "package.json").is_file():
        start = posixpath.dirname(start)
    if not (root / start / "package.json").is_file():
        start = folder
    target = posixpath.normpath(posixpath.join(folder, value.removeprefix(_HERE).lstrip("/")))
    return posixpath.relpath(target or ".", start or ".")


class _Token(NamedTuple):
    kind: str  # string, template (one with a hole), name, number, regex, punct
    text: str
    line: int


_SPACE = re.compile(r"\s+|//[^\n]*|/\*.*?\*/", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_$\u0080-\uffff][\w$\u0080-\uffff]*")
_NUMBER = re.compile(r"\.?\d[\w.]*")
_REGEX = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/[a-z]*")
_PUNCT = re.compile(r"\.\.\.|=>|\?\?=?|\|\|=?|&&=?|\?\.|===?|!==?|.", re.DOTALL)
_BEFORE_DIVISION = {")", "]", "}"}


def _tokens(text: str, path: str) -> Iterator[_Token]:
    at, line, last = 0, 1, _Token("punct", ";", 1)
    if text.startswith("#!"):
        at = text.find("\n") if "\n" in text else len(text)
    while at < len(text):
        space = _SPACE.match(text, at)
        if space:
            line += space[0].count("\n")
            at = space.end()
            continue
        start = at
        if text[at] in "\"'":
            value, at = _string(text, at, path, line)
            last = _Token("string", value, line)
        elif text[at] == "`":
            literal, at = _template(text, at, path, line)
            last = (
                _Token("template", text[start + 1 : at - 1], line)
                if literal is None
                else _Token("string", literal, line)
            )
        elif found := _NAME.match(text, at):
            last, at = _Token("name", found[0], line), found.end()
        elif found := _NUMBER.match(text, at):
            last, at = _Token("number", found[0], line), found.end()
        elif text[at] == "/" and last.kind == "punct" and last.text not in _BEFORE_DIVISION:
            found = _REGEX.match(text, at)
            if found is None:
                raise _broken(path, line, "a regular expression does not end")
            last, at = _Token("regex", found[0], line), found.end()
        else:
            found = _PUNCT.match(text, at)
            assert found is not None
            last, at = _Token("punct", found[0], line), found.end()
        yield last
        line += text.count("\n", start, at)


_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": ""}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n)|(.))", re.DOTALL
)


def _string(text: str, at: int, path: str, line: int) -> tuple[str, int]:
    quote, end = text[at], at + 1
    while end < len(text) and text[end] != quote:
        if text[end] == "\n":
            raise _broken(path, line, "a string does not end on its line")
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        raise _broken(path, line, "a string does not end")
    return _unescape(text[at + 1 : end]), end + 1


def _template(text: str, at: int, path: str, line: int) -> tuple[str | None, int]:
    """The text of a template without a hole, else None, and where it ends."""
    end, whole = at + 1, True
    while end < len(text) and text[end] != "`":
        if text[end] == "\\":
            end += 2
        elif text.startswith("${", end):
            whole, depth, end = False, 1, end + 2
            while end < len(text) and depth:
                if text[end] == "`":
                    end = _template(text, end, path, line)[1]
                elif text[end] in "\"'":
                    end = _string(text, end, path, line)[1]
                else:
                    depth += {"{": 1, "}": -1}.get(text[end], 0)
                    end += 1
        else:
            end += 1
    if end >= len(text):
        raise _broken(path, line, "a template string does not end")
    return (_unescape(text[at + 1 : end]) if whole else None), end + 1


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        code = match[1] or match[2] or match[3]
        if code:
            point = int(code, 16)
            return chr(point) if point <= 0x10FFFF else "\ufffd"
        return "" if match[4] else _ESCAPES.get(match[5], match[5])

    return _ESCAPE.sub(one, text) if "\\" in text else text


def _broken(path: str, line: int, what: str) -> OrmonyError:
    return OrmonyError(
        "invalid-config",
        f"{what}, so the Drizzle config cannot be read",
        place=f"{path}:{line}",
        hint="npx drizzle-kit check   # says what is wrong with it",
    )


class _Literal(msgspec.Struct, frozen=True):
    line: int
    values: tuple[str, ...]


class _Unset(msgspec.Struct, frozen=True):
    line: int


class _Unknown(msgspec.Struct, frozen=True):
    line: int
    fallback: str | None = None


class _Object(msgspec.Struct, frozen=True):
    """An object literal; a member whose name is None is a spread or a computed key."""

    line: int
    members: tuple[tuple[str | None, _Value], ...] = ()

    def get(self, name: str) -> _Value | None:
        """The value that JavaScript would see: the last one written, spreads included; None: not there."""
        for key, value in reversed(self.members):
            if key == name:
                return value
            if key is None:
                if not isinstance(value, _Object):
                    return _Unknown(value.line)
                inner = value.get(name)
                if inner is not None:
                    return inner
        return None


_Value = _Literal | _Unset | _Unknown | _Object
_OPENS = {"(": ")", "[": "]", "{": "}"}
_STATEMENTS = {
    "const",
    "let",
    "var",
    "export",
    "import",
    "module",
    "exports",
    "function",
    "type",
    "interface",
}
_DEEPEST = 100


class _Reader:
    """Reads values out of the tokens of one file. Constants are found first, then looked up by name."""

    def __init__(self, tokens: list[_Token], path: str) -> None:
        self.tokens = [*tokens, _Token("end", "", tokens[-1].line if tokens else 1)]
        self.path = path
        self.constants = dict(self._constants())
        self.visiting: set[str] = set()

    def exported(self, *, is_json: bool) -> _Value | None:
        """The value of the export, or of the whole file; None where nothing is exported."""
        if is_json:
            return self._value(0)[0]
        depth = 0
        for i, token in enumerate(self.tokens):
            depth += _step(token)
            if depth or token.kind == "end":
                continue
            words = [t.text for t in self.tokens[i : i + 4]]
            if words[:2] in (["export", "default"], ["export", "="]):
                return self._value(i + 2)[0]
            if words in (["module", ".", "exports", "="], ["exports", ".", "default", "="]):
                return self._value(i + 4)[0]
        return None

    def _constants(self) -> Iterator[tuple[str, int]]:
        """Names and where their value begins, of `const NAME[: Type] = …` at the file's top level."""
        depth = 0
        for i, token in enumerate(self.tokens[:-2]):
            depth += _step(token)
            if depth or token.text != "const" or token.kind != "name" or self.tokens[i + 1].kind != "name":
                continue
            inner = 0
            for j in range(i + 2, len(self.tokens)):
                inner += _step(self.tokens[j])
                if inner == 0 and self.tokens[j].text in ("=", ";") and self.tokens[j].kind == "punct":
                    if self.tokens[j].text == "=":
                        yield self.tokens[i + 1].text, j + 1
                    break

    def _value(self, i: int, depth: int = 0) -> tuple[_Value, int]:
        """The value that begins at token `i`, and the token after it."""
        token = self.tokens[i]
        if depth > _DEEPEST:
            raise _broken(self.path, token.line, "the values are nested too deeply")
        value: _Value | None = None
        after = i + 1
        match token.kind, token.text:
            case "string", text:
                value = _Literal(token.line, (text,))
            case "punct", "{":
                value, after = self._object(i, depth)
            case "punct", "[":
                value, after = self._list(i, depth)
            case "punct", "(":
                value, after = self._value(i + 1, depth + 1)
                if self.tokens[after].text == ")":
                    after += 1
                else:
                    value, after = None, i + 1
            case "name", ("undefined" | "null"):
                value = _Unset(token.line)
            case "name", "defineConfig":
                after = self._past_type_arguments(i + 1)
                if self.tokens[after].text == "(":
                    value, after = self._value(after + 1, depth + 1)
                    after += self.tokens[after].text == ","
                    if self.tokens[after].text == ")":
                        after += 1
                    else:
                        value, after = None, i + 1
            case "template", text:
                value = self._filled(text, token.line, depth)
            case "name", name:
                value = self._constant(name, token.line, depth)
                if isinstance(value, _Unknown) or not self._ends(after):
                    found, stop = self._path(i, depth)
                    if found is not None:
                        value, after = _Literal(token.line, (found,)), stop
        while isinstance(value, _Literal) and len(value.values) == 1 and self.tokens[after].text == "+":
            more, after = self._operand(after + 1, depth + 1)
            value = None if more is None else _Literal(value.line, (value.values[0] + more,))
        if value is not None and self._ends(after):
            return value, self._past_assertions(after)
        return self._unknown(i)

    def _operand(self, i: int, depth: int) -> tuple[str | None, int]:
        """The string before the next `+`."""
        if self.tokens[i].kind == "string":
            return self.tokens[i].text, i + 1
        return self._path(i, depth)

    def _filled(self, text: str, line: int, depth: int) -> _Value | None:
        """A template whose holes are names of strings."""
        parts = []
        for at, part in enumerate(re.split(r"\$\{\s*([\w.]+)\s*\}", text)):
            if at % 2 == 0:
                if "${" in part:
                    return None
                parts.append(_unescape(part))
                continue
            found = self._named(part, line, depth)
            if found is None:
                return None
            parts.append(found)
        return _Literal(line, ("".join(parts),))

    def _named(self, name: str, line: int, depth: int) -> str | None:
        """The string that a name or a path of names stands for."""
        if name in self.constants:
            value = self._constant(name, line, depth)
            return value.values[0] if isinstance(value, _Literal) and len(value.values) == 1 else None
        own = f"{_HERE}/{posixpath.basename(self.path)}"
        return {
            "__dirname": _HERE,
            "import.meta.dirname": _HERE,
            "import.meta.dir": _HERE,
            "__filename": own,
            "import.meta.filename": own,
            "import.meta.url": own,
        }.get(name)

    def _path(self, i: int, depth: int) -> tuple[str | None, int]:
        """The path that names or a call stand for at token `i`, and the token after it; None: no such path.

        Paths below the config begin with `_HERE`; others are relative to where drizzle-kit is started.
        """
        token = self.tokens[i]
        if depth > _DEEPEST or token.kind not in ("name", "string"):
            return None, i
        if token.kind == "string":
            return token.text, i + 1
        i += token.text == "new"
        words = [self.tokens[i].text]
        i += 1
        while self.tokens[i].text == "." and self.tokens[i + 1].kind == "name":
            words.append(self.tokens[i + 1].text)
            i += 2
        if self.tokens[i].text != "(" or self.tokens[i].kind != "punct":
            return self._named(".".join(words), token.line, depth), i
        given: list[str] = []
        i += 1
        while self.tokens[i].text != ")" or self.tokens[i].kind != "punct":
            found, i = self._path(i, depth + 1)
            if found is None or self.tokens[i].text not in (",", ")"):
                return None, i
            given.append(found)
            i += self.tokens[i].text == ","
        i += 1
        name = ".".join(words)
        if (
            words[0] == "URL"
            and self.tokens[i].text == "."
            and self.tokens[i + 1].text in ("pathname", "href")
        ):
            i += 2
        match name.removeprefix("path.").removeprefix("posix."), given:
            case "process.cwd", []:
                return ".", i
            case (("join" | "resolve"), [_, *_]):
                return _joined(*given), i
            case "relative", [".", target]:
                return target, i
            case "dirname", [target]:
                return posixpath.dirname(target), i
            case "URL", [target, base]:
                return _joined(posixpath.dirname(base), target), i
            case (("fileURLToPath" | "url.fileURLToPath" | "normalize"), [target]):
                return target, i
        return None, i

    def _constant(self, name: str, line: int, depth: int) -> _Value:
        start = self.constants.get(name)
        if start is None or name in self.visiting:
            return _Unknown(line)
        self.visiting.add(name)
        found = self._value(start, depth + 1)[0]
        self.visiting.discard(name)
        return found

    def _object(self, i: int, depth: int) -> tuple[_Value, int]:
        line, members = self.tokens[i].line, list[tuple[str | None, _Value]]()
        i += 1
        while self.tokens[i].text != "}" or self.tokens[i].kind != "punct":
            token, after = self.tokens[i], self.tokens[i + 1] if i + 1 < len(self.tokens) else self.tokens[i]
            if token.kind == "end":
                raise _broken(self.path, line, 'an object that begins with "{" does not end')
            if token.text == "..." and token.kind == "punct":
                value, i = self._value(i + 1, depth + 1)
                members.append((None, value))
            elif token.kind in ("name", "string", "number") and after.text == ":" and after.kind == "punct":
                value, i = self._value(i + 2, depth + 1)
                members.append((token.text, value))
            elif token.kind == "name" and after.kind == "punct" and after.text in (",", "}"):
                members.append((token.text, self._constant(token.text, token.line, depth)))
                i += 1
            else:  # a computed key, a method, an accessor
                value, i = self._unknown(i)
                members.append((None if token.text == "[" else after.text, value))
                if token.kind == "name":
                    members.append((token.text, value))
            if self.tokens[i].text == ",":
                i += 1
        return _Object(line, tuple(members)), i + 1

    def _list(self, i: int, depth: int) -> tuple[_Value, int]:
        line, values, static = self.tokens[i].line, list[str](), True
        i += 1
        while self.tokens[i].text != "]" or self.tokens[i].kind != "punct":
            if self.tokens[i].kind == "end":
                raise _broken(self.path, line, 'a list that begins with "[" does not end')
            value, i = self._value(i, depth + 1)
            static = static and isinstance(value, _Literal)
            values += value.values if isinstance(value, _Literal) else ()
            if self.tokens[i].text == ",":
                i += 1
        return (_Literal(line, tuple(values)) if static else _Unknown(line)), i + 1

    def _ends(self, i: int) -> bool:
        """Whether an expression may end before token `i`, rather than go on with an operator or a call."""
        token = self.tokens[i]
        return token.kind in ("end", "name", "string") or token.text in (",", ";", ")", "]", "}")

    def _past_assertions(self, i: int) -> int:
        """After `as const`, `as Config`, `satisfies Config<…>`."""
        while self.tokens[i].kind == "name" and self.tokens[i].text in ("as", "satisfies"):
            i += 1
            while self.tokens[i].kind == "name" or self.tokens[i].text == ".":
                if self.tokens[i].text in _STATEMENTS - {"const"}:
                    return i
                i += 1
            i = self._past_type_arguments(i)
        return i

    def _past_type_arguments(self, i: int) -> int:
        depth = 0
        for j in range(i, len(self.tokens)):
            depth += {"<": 1, ">": -1}.get(self.tokens[j].text, 0)
            if depth <= 0:
                return j + 1 if self.tokens[j].text == ">" else j
        return i

    def _unknown(self, i: int) -> tuple[_Unknown, int]:
        """Skips an expression that is not read; keeps a literal that `??` or `||` puts in its place."""
        line, depth, fallback = self.tokens[i].line, 0, None
        start = i
        while self.tokens[i].kind != "end":
            token = self.tokens[i]
            if depth == 0 and i > start:
                if token.kind == "punct" and token.text in (",", ";", ")", "]", "}"):
                    break
                if (
                    token.kind == "name"
                    and token.text in _STATEMENTS
                    and token.line > self.tokens[i - 1].line
                ):
                    break
            depth += _step(token)
            if depth == 0 and token.text in ("??", "||") and self.tokens[i + 1].kind == "string":
                fallback = self.tokens[i + 1].text if self._ends(i + 2) else None
            i += 1
        return _Unknown(line, fallback), i


def _joined(*parts: str) -> str:
    path = posixpath.join(*parts)
    return path if path.startswith(_HERE) else posixpath.normpath(path)


def _step(token: _Token) -> int:
    if token.kind != "punct":
        return 0
    return 1 if token.text in _OPENS else -1 if token.text in _OPENS.values() else 0
