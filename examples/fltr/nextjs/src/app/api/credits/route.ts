import { getCredits } from "../../../database/credits";
import { database } from "../../../database/db";
import { currentUser } from "../../session";

/** The credits of the signed-in user. */
export async function GET(): Promise<Response> {
  const userId = await currentUser();
  if (!userId) return Response.json({ detail: "not signed in" }, { status: 401 });
  return Response.json((await getCredits(database(), userId)) ?? { userId, balance: 0 });
}
