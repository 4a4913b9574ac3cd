import { sql as $sql, type SQL } from "drizzle-orm"

/** Any Drizzle database or transaction for PostgreSQL, of any driver. */
export interface DrizzleDatabase {
  execute(query: SQL): PromiseLike<unknown>
}

/** A function or procedure: its name in SQL and its parameters. */
interface $Routine {
  name: string
  parameters: readonly $Parameter[]
}

function $call({ name: routine, parameters }: $Routine, args: object): SQL {
  const given = new Map<string, unknown>(Object.entries(args))
  const parts: SQL[] = []
  let left: string | undefined
  for (const [key, name, type, codec, kind] of parameters) {
    const before = `${kind === "variadic" ? "VARIADIC " : ""}${name === "" ? "" : `${name} => `}`
    if (kind === "out") {
      parts.push($sql.raw(`${before}null`))
      continue
    }
    const value = given.get(key)
    if (value === undefined) {
      left ??= name === "" ? key : undefined
      continue
    }
    if (left !== undefined && name === "") {
      throw new TypeError(`${key} can only be given where ${left} is given too`)
    }
    // As text, so that no driver has its own way with it.
    const written = codec === null || value === null ? value : codec.encode(value)
    if (typeof written === "string" && /[\ud800-\udfff]/u.test(written)) {
      // A driver would send another character for it.
      throw new DatabaseValueError(`${key} has half a character, which no database holds`, written)
    }
    parts.push(
      codec === null
        ? $sql`${$sql.raw(before)}${written as SQL}`
        : written === null
          ? $sql.raw(`${before}null::${type}`)
          : $sql`${$sql.raw(before)}${written}::text::${$sql.raw(type)}`,
    )
  }
  return $sql`${$sql.raw(routine)}(${$sql.join(parts, $sql`, `)})`
}

async function $query(db: DrizzleDatabase, routine: $Routine, args: object, cast = ""): Promise<$Node[]> {
  return $nodes(await db.execute($sql`select to_json(${$call(routine, args)}${$sql.raw(cast)})::text as value`))
}

/** What has columns that are to be cast before they are JSON. */
async function $queryOf(db: DrizzleDatabase, routine: $Routine, args: object, columns: string): Promise<$Node[]> {
  const rows = $sql`select ${$sql.raw(columns)} from ${$call(routine, args)} as "$called"`
  return $nodes(await db.execute($sql`select to_json("$row")::text as value from (${rows}) as "$row"`))
}

/** What returns any rows: their columns have to be said. */
async function $queryAs(db: DrizzleDatabase, routine: $Routine, args: object, columns: SQL): Promise<$Node[]> {
  const call = $call(routine, args)
  return $nodes(await db.execute($sql`select to_json("$row")::text as value from ${call} as "$row"(${columns})`))
}

async function $run(db: DrizzleDatabase, routine: $Routine, args: object): Promise<void> {
  await db.execute($sql`select ${$call(routine, args)}`)
}

async function $callProcedure(db: DrizzleDatabase, routine: $Routine, args: object): Promise<void> {
  await db.execute($sql`call ${$call(routine, args)}`)
}

/** What CALL gives is no value that SQL could cast: it is as the driver reads it. */
async function $callFor<Out>(
  db: DrizzleDatabase,
  routine: $Routine,
  args: object,
  columns: readonly $Column[],
): Promise<Out> {
  const [row] = $listed<Record<string, unknown>>(await db.execute($sql`call ${$call(routine, args)}`))
  return Object.fromEntries(
    columns.map(([name, key, codec, required]) => {
      const value = row?.[name] ?? null
      if (value === null && required) {
        throw new DatabaseValueError(`"${name}" is null, and was said never to be`, "null")
      }
      return [key, value === null ? null : codec.parse($printed(value))]
    }),
  ) as Out
}

/** As the server wrote what a driver has made something of. */
function $printed(value: unknown): string {
  if (value instanceof Uint8Array) return $bytes.encode(value)
  if (typeof value === "object") throw new DatabaseValueError("the driver made an object of it", String(value))
  return String(value)
}

function $nodes(result: unknown): $Node[] {
  return $listed<{ value: string | null }>(result).map(({ value }) => (value === null ? null : $read(value)))
}

/** node-postgres and PGlite give an object with rows, postgres.js the rows. */
function $listed<Row>(result: unknown): Row[] {
  return Array.isArray(result) ? result : (result as { rows: Row[] }).rows
}
