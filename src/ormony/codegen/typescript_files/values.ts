/** JSON as PostgreSQL's `json` and `jsonb` hold it. */
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

/** A range: empty, or from `lower` to `upper`, where null is no bound at all. */
export type DatabaseRange<T> =
  | { empty: true }
  | { empty?: false; lower: T | null; upper: T | null; lowerInclusive: boolean; upperInclusive: boolean }

/** An array of any number of dimensions, as PostgreSQL's are. */
export type NestedArray<T> = (T | null | NestedArray<T>)[]

/** A value that the declared type cannot hold exactly, or null where somebody said that there is none. */
export class DatabaseValueError extends Error {
  override readonly name = "DatabaseValueError"
  /** The value as the database wrote it. */
  readonly value: string

  constructor(message: string, value: string) {
    super(message)
    this.value = value
  }
}

// What the server writes as JSON, read so that no number is rounded and no name means anything to JavaScript:
// strings and names are tagged `s`, numbers `n`.
type $Node = string | boolean | null | $Node[] | { [key: string]: $Node }

const $lexeme = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g

function $read(text: string): $Node {
  let tagged = ""
  let at = 0
  // No regular expression over strings: of some megabytes they are too much for it.
  for (let open = text.indexOf('"'); open >= 0; open = text.indexOf('"', at)) {
    let close = text.indexOf('"', open + 1)
    while ($escaped(text, close)) close = text.indexOf('"', close + 1)
    if (close < 0) break // an answer that was cut off: JSON.parse says so
    const between = text.slice(at, open)
    tagged += between.length < 3 ? between : between.replace($lexeme, '"n$&"') // a number has signs around it
    tagged += `"s${text.slice(open + 1, close + 1)}`
    at = close + 1
  }
  return JSON.parse(tagged + text.slice(at).replace($lexeme, '"n$&"'))
}

function $escaped(text: string, quote: number): boolean {
  let before = quote
  while (text[before - 1] === "\\") before -= 1
  return (quote - before) % 2 === 1
}

/** How values of one type are read from what the server writes, and written as SQL text. Never of null. */
interface $Codec<Out, In = Out> {
  decode(node: $Node): Out
  encode(value: In): string
  /** As SQL text has it, e.g. in a range: `decode` of it would be told a string. */
  parse(text: string): Out
  /** Whether a request has the value as JSON, not as a string. */
  json?: true
  /** Whether it may be an array by itself: within an array it is an element all the same. */
  list?: true
}

function $codec<Out, In = Out>(parse: (text: string) => Out, encode: (value: In) => string): $Codec<Out, In> {
  return {
    decode: (node) => parse($scalar(node)),
    encode,
    parse,
  }
}

function $scalar(node: $Node): string {
  if (typeof node === "string") return node.slice(1)
  if (typeof node === "boolean") return String(node)
  return $write(node)
}

const $text = $codec<string>((text) => text, (value) => value)

const $boolean = $codec<boolean>((text) => text === "true" || text === "t", String)

const $number = $codec<number>(Number, (value) => (Object.is(value, -0) ? "-0" : String(value)))

const $safe = $codec<number, number | bigint>((text) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new DatabaseValueError(`${text} is too large for a number; set lossless = true for bigint`, text)
  }
  return value
}, String)

const $bigint = $codec<bigint, number | bigint>(BigInt, String)

const $decimal = $codec<string, string | number | bigint>((text) => text, String)

const $instant: $Codec<string, string | Date> = {
  ...$codec<string, string | Date>(
    (text) => text,
    (value) => (typeof value === "string" ? value : value.toISOString()),
  ),
  parse: $iso,
}

const $moment: $Codec<string> = { ...$text, parse: $iso }

/** ISO 8601 out of how PostgreSQL writes a moment within another value: `2024-01-02 03:04:05+00`. */
function $iso(text: string): string {
  return text
    .replace(/^(\d{4,}-\d\d-\d\d) (?=\d)/, "$1T")
    .replace(/(:\d\d(?:\.\d+)?[+-]\d\d)(?=$| )/, "$1:00")
}

const $bytes = $codec<Uint8Array>(
  (text) => {
    if (text.startsWith("\\x")) {
      const place = (at: number): number => Number.parseInt(text.slice(2 * at + 2, 2 * at + 4), 16)
      return Uint8Array.from({ length: text.length / 2 - 1 }, (_, at) => place(at))
    }
    // As bytea_output = 'escape' has it.
    return Uint8Array.from(text.match(/\\\\|\\\d{3}|[^]/g) ?? [], (each) =>
      each === "\\\\" ? 92 : each.length === 4 ? Number.parseInt(each.slice(1), 8) : each.charCodeAt(0),
    )
  },
  (value) => "\\x" + Array.from(value, (each) => each.toString(16).padStart(2, "0")).join(""),
)

const $vector: $Codec<number[], readonly number[]> = {
  ...$codec(
    (text) => JSON.parse(text) as number[],
    (value: readonly number[]) => `[${value.map((each) => $number.encode(each)).join(",")}]`,
  ),
  list: true,
}

/** `1 2`, which the server writes as an array in JSON. */
const $numbers: $Codec<string> = {
  ...$text,
  decode: (node) => (Array.isArray(node) ? node.map($scalar).join(" ") : $scalar(node)),
  list: true,
}

/** As JSON, which has no NaN and no infinity: JSON.stringify makes null of them. */
function $stringify(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => {
    if (typeof each === "number" && !Number.isFinite(each)) {
      throw new DatabaseValueError(`JSON has no ${each}`, String(each))
    }
    return each
  })
}

const $json: $Codec<Json> = {
  decode: (node) => $plain(node) as Json,
  encode: $stringify,
  parse: (text) => $plain($read(text)) as Json,
  json: true,
  list: true,
}

const $jsonText: $Codec<string> = {
  decode: (node) => $write(node),
  encode: (value) => value,
  parse: (text) => text,
  json: true,
  list: true,
}

const $unknown: $Codec<unknown> = {
  decode: (node) => $plain(node),
  encode: (value) => (typeof value === "string" ? value : $stringify(value)),
  parse: (text) => text,
}

const $hstore: $Codec<Record<string, string | null>> = {
  decode: (node) =>
    Object.fromEntries($entries(node).map(([key, value]) => [key, value === null ? null : $scalar(value)])),
  encode: (value) =>
    Object.entries(value)
      .map(([key, each]) => `${$quoted(key)}=>${each === null ? "NULL" : $quoted(each)}`)
      .join(","),
  parse: () => {
    throw new TypeError("hstore is only read as JSON")
  },
}

function $quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`
}

/** As `JSON.parse` gives it, unless a number would be another one. */
function $plain(node: $Node): unknown {
  if (typeof node === "string") return node[0] === "n" ? $exact(node.slice(1)) : node.slice(1)
  if (Array.isArray(node)) return node.map($plain)
  if (node !== null && typeof node === "object") {
    return Object.fromEntries($entries(node).map(([key, value]) => [key, $plain(value)]))
  }
  return node
}

function $entries(node: $Node): [string, $Node][] {
  if (node === null || typeof node !== "object" || Array.isArray(node)) {
    throw new DatabaseValueError("an object was expected", $scalar(node))
  }
  return Object.entries(node).map(([key, value]) => [key.slice(1), value])
}

function $exact(lexeme: string): number {
  const value = Number(lexeme)
  if ($digits(lexeme) !== $digits(String(value))) {
    throw new DatabaseValueError(`${lexeme} within JSON is no JavaScript number; set lossless = true`, lexeme)
  }
  return value
}

/** The same text for the same number: its digits without zeros around them, and the exponent. */
function $digits(number: string): string {
  const [, sign, whole, part = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(number) ?? []
  const digits = `${whole}${part}`.replace(/^0+/, "")
  const bare = digits.replace(/0+$/, "")
  return bare ? `${sign}${bare}e${Number(exponent) - part.length + digits.length - bare.length}` : "0"
}

/** The JSON that a node was read from, without white space. */
function $write(node: $Node): string {
  if (typeof node === "string") return node[0] === "n" ? node.slice(1) : JSON.stringify(node.slice(1))
  if (Array.isArray(node)) return `[${node.map($write).join(",")}]`
  if (node !== null && typeof node === "object") {
    return `{${$entries(node)
      .map(([key, value]) => `${JSON.stringify(key)}:${$write(value)}`)
      .join(",")}}`
  }
  return String(node)
}

function $array<Out, In>(codec: $Codec<Out, In>, delimiter = ","): $Codec<(Out | null)[], readonly (In | null)[]> {
  return {
    decode: (node) =>
      $elements(node).map((each) => {
        if (each === null) return null
        if (Array.isArray(each) && !codec.list) {
          throw new DatabaseValueError("an array of more dimensions; set lossless = true", $write(node))
        }
        return codec.decode(each)
      }),
    encode: (value) =>
      `{${value.map((each) => (each === null ? "NULL" : $quoted(codec.encode(each)))).join(delimiter)}}`,
    parse: () => {
      throw new TypeError("arrays are only read as JSON")
    },
    list: true,
  }
}

function $nested<Out, In>(codec: $Codec<Out, In>, delimiter = ","): $Codec<NestedArray<Out>, NestedArray<In>> {
  const decode = (node: $Node): NestedArray<Out> =>
    $elements(node).map((each) =>
      each === null ? null : Array.isArray(each) && !codec.list ? decode(each) : codec.decode(each),
    )
  const encode = (value: NestedArray<In>): string =>
    `{${value
      .map((each) =>
        each === null
          ? "NULL"
          : Array.isArray(each) && !codec.list
            ? encode(each as NestedArray<In>)
            : $quoted(codec.encode(each as In)),
      )
      .join(delimiter)}}`
  return {
    decode,
    encode,
    parse: () => {
      throw new TypeError("arrays are only read as JSON")
    },
    list: true,
  }
}

function $elements(node: $Node): $Node[] {
  if (!Array.isArray(node)) throw new DatabaseValueError("an array was expected", $scalar(node))
  return node
}

function $range<Out, In>(codec: $Codec<Out, In>): $Codec<DatabaseRange<Out>, DatabaseRange<In>> {
  const parse = (text: string): DatabaseRange<Out> => {
    if (text === "empty") return { empty: true }
    const found = /^([[(])("(?:[^"\\]|\\[^]|"")*"|[^,"]*),("(?:[^"\\]|\\[^]|"")*"|[^,"]*)([\])])$/.exec(text)
    if (!found) throw new DatabaseValueError("a range was expected", text)
    const bound = (each: string): Out | null =>
      each === "" ? null : codec.parse(each[0] === '"' ? each.slice(1, -1).replace(/\\([^])|"(")/g, "$1$2") : each)
    return {
      lower: bound(found[2] ?? ""),
      upper: bound(found[3] ?? ""),
      lowerInclusive: found[1] === "[",
      upperInclusive: found[4] === "]",
    }
  }
  const bound = (value: In | null): string => (value === null ? "" : $quoted(codec.encode(value)))
  return {
    decode: (node) => parse($scalar(node)),
    parse,
    encode: (value) =>
      value.empty
        ? "empty"
        : `${value.lowerInclusive ? "[" : "("}${bound(value.lower)},${bound(value.upper)}${value.upperInclusive ? "]" : ")"}`,
  }
}

function $multirange<Out, In>(
  codec: $Codec<DatabaseRange<Out>, DatabaseRange<In>>,
): $Codec<DatabaseRange<Out>[], readonly DatabaseRange<In>[]> {
  return {
    ...$codec<DatabaseRange<Out>[], readonly DatabaseRange<In>[]>(
    (text) => (text.match(/[[(](?:"(?:[^"\\]|\\[^]|"")*"|[^"\])])*[\])]/g) ?? []).map((each) => codec.parse(each)),
    (value) => `{${value.map((each) => codec.encode(each)).join(",")}}`,
    ),
    list: true,
  }
}

/** A column: its name in the database, its key here, how it is read, and whether null was ruled out. */
type $Column = readonly [name: string, key: string, codec: $Codec<any, any>, required?: true]

function $row<Out, In = Out>(columns: readonly $Column[]): $Codec<Out, In> {
  return {
    decode: (node) => {
      if (node === null || typeof node !== "object" || Array.isArray(node)) {
        throw new DatabaseValueError("a row was expected", $scalar(node))
      }
      return Object.fromEntries(
        columns.map(([name, key, codec, required]) => {
          const value = node[`s${name}`]
          if (value === undefined) throw new DatabaseValueError(`there is no column "${name}"`, $write(node))
          if (value === null && required) {
            throw new DatabaseValueError(`"${name}" is null, and was said never to be`, $write(node))
          }
          return [key, value === null ? null : codec.decode(value)]
        }),
      ) as Out
    },
    encode: (value) => {
      const given = new Map<string, unknown>(Object.entries(value as object))
      return `(${columns
        .map(([, key, codec]) => {
          const each = given.get(key)
          return each === undefined || each === null ? "" : `"${codec.encode(each).replace(/["\\]/g, "$&$&")}"`
        })
        .join(",")})`
    },
    parse: () => {
      throw new TypeError("rows are only read as JSON")
    },
  }
}

/** No row of it: null itself, or nulls alone, as which `SELECT *` shows it. */
function $missing(node: $Node | undefined): boolean {
  if (node === null || node === undefined) return true
  const values = Array.isArray(node) ? [node] : Object.values(node)
  return values.length > 0 && values.every((each) => each === null)
}

/** One value that is there. */
function $one<Out>(node: $Node | undefined, codec: $Codec<Out, never>): Out {
  if (node === null || node === undefined) {
    throw new DatabaseValueError("the result is null, and was said never to be", "null")
  }
  return codec.decode(node)
}

/** One value or null. */
function $maybe<Out>(node: $Node | undefined, codec: $Codec<Out, never>): Out | null {
  return node === null || node === undefined ? null : codec.decode(node)
}

/** The rows of a set; of a null row all is null, as `SELECT *` shows it. */
function $rows<Out>(nodes: $Node[], columns: readonly $Column[]): Out[] {
  const codec = $row<Out>(columns)
  const empty = Object.fromEntries(columns.map(([name]) => [`s${name}`, null]))
  return nodes.map((node) => codec.decode(node ?? empty))
}

/** A parameter: its key here, its name in the database ('' goes by place), its type in SQL, how it is written. */
type $Parameter = readonly [
  key: string,
  name: string,
  sql: string,
  codec: $Codec<any, any> | null,
  kind?: "variadic" | "out",
]

