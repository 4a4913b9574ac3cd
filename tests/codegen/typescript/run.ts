// Calls what was generated of torture.sql and more.sql, on the server in DATABASE_URL. Any failure ends it.
import assert from "node:assert/strict"
import { drizzle as overNodePostgres } from "drizzle-orm/node-postgres"
import { drizzle as overPostgresJs } from "drizzle-orm/postgres-js"
import { sql } from "drizzle-orm"
import pg from "pg"
import postgres from "postgres"
import * as f from "./torture/functions.js"
import * as lossless from "./torture/lossless/functions.js"
import * as plain from "./torture/database/functions.js"

const url = process.env["DATABASE_URL"] ?? ""

async function refused(call: () => Promise<unknown>, value: string | RegExp): Promise<void> {
  await assert.rejects(call, (error) => {
    assert.equal((error as Error).name, "DatabaseValueError")
    assert.match((error as f.DatabaseValueError).value, value instanceof RegExp ? value : new RegExp(value))
    return true
  })
}

let seed = 1
const random = (below: number): number => (seed = (seed * 48271) % 2147483647) % below
const signs = ["", " ", ",", '"', "\\", "'", "{", "}", "(", ")", "[", "]", "\n", "\t", "NULL", "null", "=>", "é", "😀", "\u0001", "1", "-", "empty", "$1", ":"]
const text = (): string | null =>
  random(8) === 0 ? null : Array.from({ length: random(7) }, () => signs[random(signs.length)] ?? "").join("")
const address = (): f.Address | null =>
  random(8) === 0 ? null : { street: text(), houseNo: signs[random(signs.length)] ?? null, zip: null, at: null }

async function call(db: f.DrizzleDatabase): Promise<void> {
  // Forms of functions.
  assert.equal(await f.add(db, { a: 1, b: 2 }), 3)
  assert.equal(await f.appAdd(db, { a: 1, b: 2 }), 103)
  assert.equal(await f.noArguments(db), "none")
  assert.equal(await f.maybe(db, { a: 0 }), null)
  assert.equal(await f.nothing(db, { a: 1 }), undefined)
  assert.deepEqual(await f.setOfScalars(db, { upto: 3 }), [1, 2, 3])
  assert.deepEqual(await f.setOfScalars(db, { upto: 0 }), [])
  assert.deepEqual(await f.setOfNulls(db), ["a", null])
  assert.deepEqual(await f.returnsTable(db), [])
  assert.deepEqual(await f.returnsTable(db, { org: null }), [])
  assert.deepEqual(await f.returnsOneColumn(db), [{ onlyOne: 1 }])
  assert.equal(await f.returnsInvoice(db, { id: BigInt("1") }), null)
  assert.deepEqual(await f.returnsInvoices(db), [])
  const person = await f.returnsPerson(db, { who: "a" })
  assert.deepEqual(person, {
    name: "a",
    born: "2000-01-02",
    home: { street: "s", houseNo: "1", zip: "12345", at: "(1,2)" },
    addresses: null,
    feels: "ok",
    size: 5,
    labels: ["a", "b"],
    balance: "1.50000",
  })
  assert.deepEqual(await f.echoPerson(db, { who: person }), person)
  assert.equal(await f.echoPerson(db, { who: null }), null)
  const [first, second] = await f.returnsPeople(db)
  assert.deepEqual(first, person)
  assert.ok(second !== undefined && Object.values(second).every((each) => each === null))
  assert.equal((await f.returnsDomainOfComposite(db))?.street, "s")
  assert.equal(await f.oneOut(db, { a: 2 }), 4)
  const place = { street: "s", houseNo: "1", zip: "12345", at: "(1,2)" }
  assert.deepEqual(await f.tableOfOneComposite(db), [place])
  assert.deepEqual(await f.oneCompositeOut(db), place)
  assert.deepEqual(await f.twoOut(db, { a: 2 }), { doubled: 4, text: "2" })
  assert.deepEqual(await f.unnamedOut(db, { arg1: 2 }), { column1: 2, column2: "2" })
  assert.deepEqual(await f.inOut(db, { a: 1 }), { a: 2, b: "bb" })
  assert.deepEqual(await f.setOfOuts(db), [
    { a: 1, b: "a" },
    { a: 2, b: null },
  ])
  assert.deepEqual(await f.setOfOneOut(db), ["a", null])
  assert.deepEqual(await f.fewRows(db), [1])
  assert.equal(await f.defaults(db, { a: 1 }), "1|it's|ok")
  assert.equal(await f.defaults(db, { a: 1, d: "happy", b: "\\'\"" }), "1|\\'\"|happy")
  assert.equal(await f.defaults(db, { a: 1, b: null }), "1|ok") // null is given, and is no default
  assert.equal(await f.allDefaults(db), 1)
  assert.equal(await f.many(db, { numbers: [1, 2, 3] }), 6)
  assert.equal(await f.many(db, { numbers: [] }), null)
  assert.equal(await f.manyWith(db, { first: "a" }), "a")
  assert.equal(await f.manyWith(db, { first: "a", more: ["b", null, ""] }), "ab,?,")
  assert.equal(await f.unnamed(db, { arg1: 1, arg2: "x" }), "1x")
  assert.equal(await f.halfNamed(db, { a: 1, arg2: "x" }), "1x3")
  assert.equal(await f.halfNamed(db, { a: 1, arg2: "x", c: 4 }), "1x4")
  assert.equal(await f.overloadedWithInt4(db, { a: 1 }), "integer")
  assert.equal(await f.overloadedWithText(db, { a: "1" }), "text")
  assert.equal(await f.overloadedWithInt4Int4(db, { a: 1, b: 2 }), "two")
  assert.equal(await f.overloadedWithNothing(db), 0)
  assert.equal(await f.takesRow(db, { line: { invoiceId: 1, number: 2, what: "w,(\"" } }), 'w,("')
  assert.deepEqual(await f.anyRecord(db), { "?column?": 1, text: "a" })
  assert.deepEqual(await f.anyRecords(db, sql`a int, "b c" text`), [{ a: 1, "b c": "a" }])
  assert.equal(await f.anyElement(db, { x: sql`'x'::text` }), "x")
  assert.deepEqual(await f.compatible(db, { x: sql`1`, y: sql`2.5` }), [1, 2.5])
  assert.equal(await f.onRow(db, { arg1: { total: 1.5 } }), "3.00")
  assert.deepEqual(await f.oddFunction(db, { withSpace: 1 }), [{ outPut: 1, classOut: "x" }])
  assert.equal(await f.ownNames(db, Object.fromEntries("db conn pool executor session sql result rows args client row query".split(" ").map((each) => [each, 1])) as unknown as f.OwnNamesArgs), 1)
  assert.equal(await f.class_(db, { class: 1, def: 1, fn: 1, self: 1, this: 1, arguments: 1, await: 1 }), 1)
  assert.equal(await f.import_(db), 1)
  assert.equal(await f.does(db, { a: 1 }), undefined)
  assert.deepEqual(await f.doesInOut(db, { a: 1 }), { a: 2 })
  assert.deepEqual(await f.doesOut(db, { a: 1, c: 2 }), { b: 3, d: "done" })
  assert.deepEqual(await f.sameNames(db, { a: 1, b: 2, c: 3 }), { a: "1!", c: 5 })
  assert.deepEqual(await f.unnamedOuts(db, { arg1: 1, arg2: "x", arg3: "y" }), { column1: 2, column2: "xy" })
  assert.deepEqual(await f.counts(db, { v: [1, 2] }), { n: 2 })
  assert.equal(await f.manyBehind(db, { a: 1 }), "1|5|{1}")
  assert.equal(await f.manyBehind(db, { a: 1, b: 2, v: [3] }), "1|2|{3}")
  await assert.rejects(f.manyBehind(db, { a: 1, v: [3] }), /v can only be given where b is given too/)
  assert.deepEqual(await f.noKeyWithText(db, { t: "t" }), [{ y: "t", z: "z" }])
  assert.deepEqual(await f.doesTypes(db, { big: 9007199254740991 }), {
    big: 9007199254740991,
    many: "12345678901234567890.10",
    yes: true,
    at: "2024-01-02T03:04:05.123456+00:00",
    day: "infinity",
    feels: "ok",
    span: { lower: 1, upper: null, lowerInclusive: true, upperInclusive: false },
    bytes: Uint8Array.from([0, 255]),
    nan: NaN,
    nil: null,
  })
  assert.equal(await f.inOtherSchema(db, { id: null }), "low")
  await assert.rejects(f.fails(db, { why: "because" }), /because|Failed query/)
  // A number is a number, and nothing is another one.
  assert.equal(await f.doubleIt(db, { amount: "20000000000000000000000000000000000000.01" }), "40000000000000000000000000000000000000.02")
  assert.equal(await f.doubleIt(db, { amount: "NaN" }), "NaN")
  assert.equal(await f.doubleIt(db, { amount: BigInt("12345678901234567890") }), "24691357802469135780")
  assert.equal(await f.nextInt8(db, { value: BigInt("9007199254740990") }), 9007199254740991)
  await refused(() => f.nextInt8(db, { value: BigInt("9007199254740991") }), "^9007199254740992$")
  assert.equal(await lossless.nextInt8(db, { value: BigInt("9007199254740991") }), BigInt("9007199254740992"))
  assert.deepEqual(await f.echoJson(db, { doc: { a: [1, 1.5, -0.1, 1e300, "1", null, { b: "é\"\\" }] } }), { a: [1, 1.5, -0.1, 1e300, "1", null, { b: "é\"\\" }] })
  assert.equal(await lossless.echoJson(db, { doc: '{"n":1.10,"m":1e400}' }), '{"n":1.10,"m":1e400}')
  // Long ones too, also those that are all escapes as JSON.
  const escapes = '\n\\"1'.repeat(200_000)
  assert.equal(await f.longOne(db, { text: null, name: { name: escapes } }), escapes.length)
  for (const text of [escapes, "x".repeat(16_000_000)]) assert.deepEqual(await f.longRow(db, { text }), { a: text, b: 1 })
  await refused(() => f.returnsPerson(db, { who: "\ud83d" }), "\ud83d")
  await refused(() => f.lies(db), "null")
  await refused(() => f.listScalars(db, { fromId: 4, toId: 4 }), "^9223372036854775807$")
  await refused(() => f.listArrays(db, { fromId: 3, toId: 3 }), /\[\[1,2\],\[null,4\]\]/)

  // As the session has it: bytes in the other format.
  await db.execute(sql`set bytea_output = 'escape'`)
  assert.deepEqual((await f.listScalars(db, { fromId: 1, toId: 1 }))[0]?.cBytea, Uint8Array.from([0, 255, 92, 34]))
  await db.execute(sql`reset bytea_output`)
  // As JSON it would be another value.
  assert.equal(await f.echoOdd(db, { value: "a,\"b" }), 'a,"b')
  assert.deepEqual(await f.echoOdds(db, { values: ["a", null, '{"'] }), ["a", null, '{"'])
  assert.deepEqual(await f.oddRows(db, { value: "x" }), [{ n: 1, odd: "x", odds: ["x", null] }])
  assert.deepEqual(await f.oddColumn(db, { value: "x" }), [{ odd: "x" }])
  assert.deepEqual(await lossless.oddRows(db, { value: "x" }), [{ n: 1, odd: "x", odds: ["x", null] }])

  // Any text, within rows within arrays within rows within an array.
  const people = Array.from({ length: 400 }, (): f.Person | null =>
    random(9) === 0
      ? null
      : {
          name: text(),
          born: null,
          home: address(),
          addresses: Array.from({ length: random(4) }, address),
          feels: "ok",
          size: random(99) + 1,
          labels: Array.from({ length: random(5) }, text),
          balance: `${random(1e9)}.${10000 + random(89999)}`,
        },
  )
  assert.deepEqual(await f.echoPeople(db, { people }), people)
  const stores = people.map((each) => each && Object.fromEntries((each.labels ?? []).map((label) => [label ?? "", each.name])))
  assert.deepEqual(await f.echoStores(db, { stores }), stores)

  // Every type: as the server has it, and there and back to the last bit.
  const [a, b, c] = await f.listScalars(db, { fromId: 1, toId: 3 })
  assert.ok(a && b && c)
  assert.equal(a.cNumeric, "1234567890123456789012345678901234567890.5")
  assert.equal(a.cNumeric_10_2, "0.10")
  assert.equal(a.cInt8, Number.MAX_SAFE_INTEGER)
  assert.equal(a.cFloat8, 5e-324)
  assert.equal(a.cText, "naïve 日本 😀 \"q\" 'a' \\ ${x} */")
  assert.equal(a.cChar_5, "ab   ")
  assert.deepEqual(a.cBytea, Uint8Array.from([0, 255, 92, 34]))
  assert.deepEqual(a.cJson, JSON.parse('{"a":[1,null,"x"],"__proto__":{"b":0.1}}'))
  assert.equal(a.cDate, "4713-01-01 BC")
  assert.equal(a.cTime, "24:00:00")
  assert.equal(a.cTimestamp, "0044-03-15T12:00:00.000001 BC")
  assert.equal(a.cTimestamptz, "0001-01-01T00:00:00.123456+00:00")
  assert.deepEqual(a.cVector, [1, -2.5, 0])
  assert.deepEqual(a.cHstore, { 'k"\\': "v", n: null, ["__proto__"]: "p" })
  assert.equal(a.cXid8, "18446744073709551615")
  assert.equal(a.cOid, 4294967295)
  assert.equal(a.cInt2vector, "1 -2")
  assert.ok(Number.isNaN(b.cFloat4) && Object.is(b.cFloat8, -0))
  assert.equal(b.cNumeric, "NaN")
  assert.deepEqual([b.cDate, b.cTimestamp, b.cTimestamptz], ["infinity", "infinity", "-infinity"])
  assert.deepEqual([b.cText, b.cBool, b.cBytea], ["", false, new Uint8Array()])
  assert.equal(c.cFloat4, Infinity)
  for (const given of [a, b, c]) assert.equal(await f.keptScalars(db, { given }), true, `scalars ${given.id}`)
  for (const given of await lossless.listScalars(db, { fromId: 1, toId: 4 })) {
    assert.equal(await lossless.keptScalars(db, { given }), true, `scalars ${given.id}`)
  }

  const arrays = await f.listArrays(db, { fromId: 1, toId: 2 })
  assert.deepEqual(arrays[0]?.aText, ["", null, "NULL", "a,b", "{x}", 'q"q', "b\\s", " "])
  assert.deepEqual(arrays[0]?.aNumeric, ["NaN", "0.10", null])
  assert.deepEqual(arrays[0]?.aRange?.[1], { empty: true })
  assert.equal(arrays[0]?.aPerson?.[0]?.addresses?.[0]?.houseNo, "")
  assert.deepEqual(arrays[0]?.aJson, [{ a: [1] }, [1, [2]], null])
  assert.deepEqual(arrays[1]?.aInt8, [])
  for (const given of arrays) assert.equal(await f.keptArrays(db, { given }), true, `arrays ${given.id}`)
  for (const given of await lossless.listArrays(db, { fromId: 1, toId: 3 })) {
    assert.equal(await lossless.keptArrays(db, { given }), true, `arrays ${given.id}`)
  }

  const made = await f.listMadeTypes(db)
  assert.equal(made[0]?.odd, "__proto__")
  assert.deepEqual(made[0]?.empty, {})
  assert.deepEqual(made[0]?.mixed, { camelCase: 1, pascalCase: 2, snakeCase: 3, type: "t" })
  for (const given of made) assert.equal(await f.keptMadeTypes(db, { given }), true, `made_types ${given.id}`)

  const ranges = await f.listRanges(db)
  assert.deepEqual(ranges[0]?.rInt4, { lower: 1, upper: 5, lowerInclusive: true, upperInclusive: false })
  assert.deepEqual(ranges[0]?.rNum, {
    lower: "0.10",
    upper: "10000000000000000000000000000000000000000",
    lowerInclusive: false,
    upperInclusive: true,
  })
  assert.deepEqual(ranges[0]?.rDate, { lower: "2024-01-01", upper: "infinity", lowerInclusive: true, upperInclusive: false })
  assert.deepEqual(ranges[0]?.rTstz, {
    lower: "-infinity",
    upper: "0044-03-15T12:00:00.5+00:00 BC",
    lowerInclusive: true,
    upperInclusive: false,
  })
  assert.equal(ranges[0]?.mTs?.length, 2)
  assert.deepEqual(ranges[0]?.rMood, { lower: "sad", upper: "happy", lowerInclusive: true, upperInclusive: false })
  assert.deepEqual(ranges[1]?.rInt4, { empty: true })
  assert.deepEqual(ranges[1]?.mInt4, [])
  assert.deepEqual(ranges[2]?.rInt4, { lower: null, upper: null, lowerInclusive: false, upperInclusive: false })
  for (const given of ranges) assert.equal(await f.keptRanges(db, { given }), true, `ranges ${given.id}`)

  assert.equal(
    await f.takesTypes(db, {
      numbers: [1, null], feels: "sad", small: 1, who: { name: "n", born: null }, among: { lower: 1, upper: null, lowerInclusive: true, upperInclusive: false },
      moods: ["ok"], people: [{}], blob: Uint8Array.from([1]), doc: { a: 1 }, amount: 0.1, v: [1], spans: [], day: "2024-01-01",
      at: new Date(0), span: "1 day", id: "00000000-0000-4000-8000-000000000001",
    }),
    '{1,NULL}|sad|1|(n,,,,,,,)|[1,)|{ok}|{"(,,,,,,,)"}|{"a": 1}|0.1|{}|2024-01-01|00000000-0000-4000-8000-000000000001',
  )
  assert.deepEqual(await plain.Odd_Function(db, { with_space: 1 }), [{ out_put: 1, class_out: "x" }])
  const doc: { given: string } | null = await plain.echo_json(db, { doc: { given: "x" } })
  assert.deepEqual(doc, { given: "x" })
  const email: `${string}@${string}` | null | undefined = (await plain.list_made_types(db))[0]?.email
  assert.equal(email, "A@b.c")
  assert.equal(await plain.app_add(db, { a: 1, b: 2 }), 103)
}

const pool = new pg.Pool({ connectionString: url, max: 1 })
const client = postgres(url, { max: 1, onnotice: () => undefined })
try {
  const db = overNodePostgres(pool)
  await call(db)
  await db.transaction(async (transaction) => {
    await call2(transaction)
  })
  await call(overPostgresJs(client))
} finally {
  await pool.end()
  await client.end()
}
console.log("all is as it was said")

async function call2(db: f.DrizzleDatabase): Promise<void> {
  assert.equal(await f.add(db, { a: 1, b: 2 }), 3)
}
