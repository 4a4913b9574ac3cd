// Calls `rpc.ts` through supabase-js, against the little of PostgREST that a call needs: functions found by the names
// of their parameters, the body read by json_to_record, results as json_agg makes them, as PostgREST's own SQL has it.
import assert from "node:assert/strict"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createClient } from "@supabase/supabase-js"
import pg from "pg"
import type { Database } from "./torture/database.types.js"
import * as lossless from "./torture/lossless/rpc.js"
import * as rpc from "./torture/rpc.js"

const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 2 })

interface Found {
  args: { name: string; type: string; optional: boolean; variadic: boolean }[] | null
  many: boolean
  composite: boolean
  nothing: boolean
}

const functions = `
  SELECT p.proretset AS many, p.prorettype = 'void'::regtype AS nothing,
    (SELECT typtype FROM pg_type WHERE oid = coalesce(nullif(t.typbasetype, 0), t.oid)) = 'c'
      OR coalesce(p.proargmodes::text[] && '{t,b,o}', false) AS composite,
    (SELECT json_agg(json_build_object('name', coalesce(a.name, ''), 'type', a.type::regtype::text,
        'optional', a.place > p.pronargs - p.pronargdefaults, 'variadic', coalesce(a.mode = 'v', false)) ORDER BY a.place)
     FROM unnest(p.proargnames, p.proargtypes::oid[], p.proargmodes::text[]) WITH ORDINALITY AS a (name, type, mode, place)
     WHERE a.type IS NOT NULL) AS args
  FROM pg_proc AS p JOIN pg_type AS t ON t.oid = p.prorettype
  WHERE p.pronamespace = $1::regnamespace AND p.proname = $2 AND p.prokind = 'f'`

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

async function answer(schema: string, name: string, body: string): Promise<string> {
  const { rows } = await pool.query<Found>(functions, [quoted(schema), name])
  const keys = Object.keys(JSON.parse(body) as object)
  const fits = rows.filter(({ args }) => {
    const names = (args ?? []).map((each) => each.name)
    return keys.every((each) => names.includes(each)) && (args ?? []).every((each) => each.optional || keys.includes(each.name))
  })
  const alone = rows.find(({ args }) => args?.length === 1 && args[0]?.name === "")
  const found = fits[0] ?? alone
  assert.ok(found !== undefined && fits.length <= 1, `one function ${name} takes ${keys.join()}`)
  const given = (found.args ?? []).filter((each) => keys.includes(each.name))
  const record = fits[0]
    ? `json_to_record($1::json) AS _(${given.map((each) => `${quoted(each.name)} ${each.type}`).join() || '"-" text'})`
    : "(SELECT $1::json AS body) AS _"
  const passed = fits[0]
    ? given.map((each) => `${each.variadic ? "VARIADIC " : ""}${quoted(each.name)} := _.${quoted(each.name)}`)
    : [`_.body::${found.args?.[0]?.type ?? ""}`]
  const call = `${quoted(schema)}.${quoted(name)}(${passed.join()})`
  const source = found.composite
    ? `SELECT called.* FROM ${record}, LATERAL ${call} AS called`
    : `SELECT ${call} AS value FROM ${record}`
  const each = found.composite ? "t" : "t.value"
  const result = found.many ? `coalesce(json_agg(${each}), '[]')` : `coalesce(json_agg(${each})->0, 'null')`
  const done = await pool.query<{ body: string }>(`SELECT (${result})::text AS body FROM (${source}) AS t`, [body])
  return found.nothing ? "" : (done.rows[0]?.body ?? "")
}

function serve(): Promise<Server> {
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (part: Buffer) => (body += part.toString()))
    request.on("end", () => {
      const schema = String(request.headers["content-profile"] ?? "public")
      const name = decodeURIComponent((request.url ?? "").split("/rpc/")[1] ?? "")
      answer(schema, name, body).then(
        (text) => response.writeHead(text === "" ? 204 : 200, { "content-type": "application/json" }).end(text),
        (error: Error) =>
          response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ message: error.message, code: "X" })),
      )
    })
  })
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)))
}

const server = await serve()
try {
  // Node 20 has no WebSocket, which this never opens.
  const realtime = { transport: class {} as unknown as typeof WebSocket }
  const client = createClient<Database>(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "key", { realtime })
  assert.equal(await rpc.add(client, { a: 1, b: 2 }), 3)
  assert.equal(await rpc.appAdd(client, { a: 1, b: 2 }), 103)
  assert.equal(await rpc.noArguments(client), "none")
  assert.equal(await rpc.maybe(client, { a: 0 }), null)
  assert.equal(await rpc.nothing(client, { a: 1 }), undefined)
  assert.deepEqual(await rpc.setOfScalars(client, { upto: 3 }), [1, 2, 3])
  assert.deepEqual(await rpc.setOfScalars(client, { upto: 0 }), [])
  assert.deepEqual(await rpc.setOfNulls(client), ["a", null])
  assert.deepEqual(await rpc.returnsOneColumn(client), [{ onlyOne: 1 }])
  assert.equal(await rpc.returnsInvoice(client, { id: 1 }), null)
  assert.equal((await rpc.returnsPerson(client, { who: "a" }))?.home?.houseNo, "1")
  assert.equal((await rpc.returnsDomainOfComposite(client))?.street, "s")
  assert.equal(await rpc.oneOut(client, { a: 2 }), 4)
  const place = { street: "s", houseNo: "1", zip: "12345", at: "(1,2)" }
  assert.deepEqual(await rpc.tableOfOneComposite(client), [place])
  assert.deepEqual(await rpc.oneCompositeOut(client), place)
  assert.deepEqual(await rpc.twoOut(client, { a: 2 }), { doubled: 4, text: "2" })
  assert.deepEqual(await rpc.inOut(client, { a: 1 }), { a: 2, b: "bb" })
  assert.deepEqual(await rpc.setOfOneOut(client), ["a", null])
  assert.equal(await rpc.defaults(client, { a: 1, d: "happy" }), "1|it's|happy")
  assert.equal(await rpc.allDefaults(client), 1)
  assert.equal(await rpc.many(client, { numbers: [1, 2, 3] }), 6)
  assert.equal(await rpc.manyWith(client, { first: "a", more: ["b", null] }), "ab,?")
  assert.equal(await rpc.overloadedWithInt4Int4(client, { a: 1, b: 2 }), "two")
  assert.deepEqual(await rpc.oddFunction(client, { withSpace: 1 }), [{ outPut: 1, classOut: "x" }])
  assert.deepEqual(await rpc.takesBody(client, { arg1: { a: [1, null] } }), { a: [1, null] })
  assert.deepEqual(await rpc.anyRecord(client), { "?column?": 1, text: "a" })
  await assert.rejects(rpc.returnsPerson(client, { who: "\ud83d" }), { name: "PostgrestError" })
  // What JSON.parse would round.
  assert.equal(await rpc.doubleIt(client, { amount: "20000000000000000000000000000000000000.01" }), "40000000000000000000000000000000000000.02")
  await assert.rejects(rpc.nextInt8(client, { value: BigInt("9007199254740991") }), { name: "DatabaseValueError", value: "9007199254740992" })
  assert.equal(await lossless.nextInt8(client, { value: BigInt("9007199254740991") }), BigInt("9007199254740992"))
  assert.equal(await lossless.echoJson(client, { doc: '{"n":1.10,"m":12345678901234567890}' }), '{"n":1.10,"m":12345678901234567890}')
  for (const given of await rpc.listScalars(client, { fromId: 1, toId: 3 })) {
    assert.equal(await rpc.keptScalars(client, { given }), true, `scalars ${given.id}`)
  }
  for (const given of await rpc.listArrays(client, { fromId: 1, toId: 2 })) {
    assert.equal(await rpc.keptArrays(client, { given }), true, `arrays ${given.id}`)
  }
  for (const given of await rpc.listRanges(client)) {
    assert.equal(await rpc.keptRanges(client, { given }), true, `ranges ${given.id}`)
  }
  await assert.rejects(rpc.fails(client, { why: "because" }), { name: "PostgrestError", message: "because" })
} finally {
  server.close()
  await pool.end()
}
console.log("all is as it was asked for")
