// The last step of `npm run build`. This service owns the database fltr_auth, so its release migrates it, before the
// host starts the new version: a migration that fails stops the release, and the database stays as it was.
//
//   DEPLOY_ENV          "production" on a release; anything else (a preview, a laptop) deploys nothing
//   AUTH_DATABASE_URL   fltr_auth of that environment
//   ORMONY              the command, if `ormony` is not on the PATH
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

if (process.env.DEPLOY_ENV !== "production") {
  console.log("not a release (DEPLOY_ENV is not production): the database is left alone");
  process.exit(0);
}
const url = process.env.AUTH_DATABASE_URL;
if (!url) {
  console.error("error: AUTH_DATABASE_URL is not set, so there is no database to deploy to");
  process.exit(2);
}

const project = fileURLToPath(new URL("../..", import.meta.url));
const command = process.env.ORMONY ?? "ormony";
const words = ["--project", project, "deploy", "--database", "auth", "--to", url];
const { error, status } = spawnSync(command, words, { stdio: "inherit" });
if (error) {
  console.error(`error: could not run ${command}: ${error.message}`);
  console.error("hint: pip install ormony");
  process.exit(4);
}
process.exit(status ?? 1);
