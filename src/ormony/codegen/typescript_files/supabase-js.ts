/** A client of supabase-js. */
export interface RpcClient {
  schema(name: any): { rpc(name: any, args?: any): any }
}

/** A function: where it is, and its parameters. One without a name takes the whole body of the request. */
interface $Routine {
  schema: string
  name: string
  parameters: readonly $Parameter[]
}

/** What the server answers, before anybody rounds its numbers. */
async function $query(client: RpcClient, routine: $Routine, args: object): Promise<$Node> {
  const builder = client.schema(routine.schema).rpc(routine.name, {})
  const send: typeof fetch = builder.fetch
  if (typeof send !== "function") throw new TypeError("this version of supabase-js sends its requests in another way")
  let answer = ""
  builder.fetch = async (...[url, init]: Parameters<typeof fetch>): Promise<Response> => {
    const response = await send(url, { ...init, body: $body(routine, args) })
    if (!response.ok) return response
    answer = await response.text()
    const { status, statusText, headers } = response
    return new Response(status === 204 || status === 205 ? null : "null", { status, statusText, headers })
  }
  await builder.throwOnError()
  return answer === "" ? null : $read(answer)
}

function $body({ parameters }: $Routine, args: object): string {
  const given = new Map<string, unknown>(Object.entries(args))
  const parts: string[] = []
  for (const [key, name, , codec] of parameters) {
    const value = given.get(key)
    if (value === undefined || codec === null) continue
    const text = value === null ? "null" : codec.json ? codec.encode(value) : JSON.stringify(codec.encode(value))
    if (name === "") return text
    parts.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${parts.join(",")}}`
}

/** The value of a single OUT parameter, which PostgREST gives as a row. */
function $out(node: $Node, name: string): $Node {
  return node !== null && typeof node === "object" && !Array.isArray(node) ? (node[`s${name}`] ?? null) : node
}
