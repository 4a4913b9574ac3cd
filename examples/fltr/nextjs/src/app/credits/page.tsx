import { getCredits, getHistory } from "../../database/credits";
import { database } from "../../database/db";
import { currentUser } from "../session";

export default async function CreditsPage() {
  const userId = await currentUser();
  if (!userId) return <p>Please sign in.</p>;
  const [credits, history] = await Promise.all([getCredits(database(), userId), getHistory(database(), userId)]);
  return (
    <main>
      <h1>{credits?.balance ?? 0} credits</h1>
      <table>
        <tbody>
          {history.map((each) => (
            <tr key={each.id}>
              <td>{each.createdAt.toISOString()}</td>
              <td>{each.kind}</td>
              <td>{each.amount}</td>
              <td>{each.balanceAfter}</td>
              <td>{each.description}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </main>
  );
}
