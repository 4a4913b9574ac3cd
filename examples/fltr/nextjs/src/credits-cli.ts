/** `npm run --silent credits -- VERB …`: the query functions from a terminal. Prints one JSON document. */
import { argv, env, exit } from "node:process";

import { addCredits, addTeam, addUser, getCredits, getHistory, getTeams, NotPossible, spendCredits } from "./database/credits";
import { connect, type Database } from "./database/db";
import { creditSummary } from "./database/generated/functions";

const USAGE = `usage: credits VERB …
  add-user USER EMAIL NAME
  add-team USER NAME SLUG
  add USER AMOUNT REFERENCE       book a purchase
  spend USER AMOUNT [TIMES]       spend it TIMES times at once; prints how often it succeeded
  balance USER
  history USER
  summary USER                    what was booked so far, by kind
  teams USER`;

async function run(db: Database, [verb, user, ...words]: string[]): Promise<unknown> {
  const [first, second] = words;
  if (!user) throw new Error(USAGE);
  if (verb === "balance") return (await getCredits(db, user)) ?? null;
  if (verb === "history") return getHistory(db, user);
  if (verb === "summary") return creditSummary(db, { ofUser: user });
  if (verb === "teams") return getTeams(db, user);
  if (verb === "add-user" && first && second) return addUser(db, user, first, second).then(() => ({ user }));
  if (verb === "add-team" && first && second) return addTeam(db, user, first, second);
  if (verb === "add" && first && second) return addCredits(db, user, Number(first), second);
  if (verb === "spend" && first) {
    const all = Array.from({ length: Number(second ?? 1) }, () => spendCredits(db, user, Number(first), "from a terminal"));
    const done = await Promise.allSettled(all);
    for (const each of done) {
      if (each.status === "rejected" && !(each.reason instanceof NotPossible)) throw each.reason;
    }
    return { spent: done.filter((each) => each.status === "fulfilled").length, of: done.length };
  }
  throw new Error(USAGE);
}

const url = env["AUTH_DATABASE_URL"];
if (!url) {
  console.error("error: AUTH_DATABASE_URL is not set");
  exit(1);
}
const { pool, db } = connect(url);
try {
  console.log(JSON.stringify(await run(db, argv.slice(2)), null, 2));
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
} finally {
  await pool.end();
}
