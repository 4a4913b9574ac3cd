import { cookies } from "next/headers";

import { userOfSession } from "../database/credits";
import { database } from "../database/db";

/** The id of the signed-in user, undefined when nobody is. Better Auth's cookie is the token, a dot, a signature. */
export async function currentUser(): Promise<string | undefined> {
  const jar = await cookies();
  const cookie = jar.get("__Secure-better-auth.session_token") ?? jar.get("better-auth.session_token");
  const token = cookie?.value.split(".")[0];
  return token ? userOfSession(database(), token) : undefined;
}
