#!/usr/bin/env bash
# The main job, from an untouched project to three services deployed on the embedded server.
# It works on a copy in .demo/ at the top of the repository, so the example itself stays as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
demo=$(cd "$here/../.." && pwd)/.demo/saas

if [ -d "$demo" ]; then (cd "$demo" && ormony db down --destroy --quiet >/dev/null 2>&1) || true; fi
rm -rf "$demo"
mkdir -p "$demo"
tar -C "$here" --exclude=node_modules --exclude=.venv --exclude=target --exclude=.ormony \
  --exclude=./ormony.toml --exclude=./.kodo --exclude=variants -cf - . | tar -C "$demo" -xf -
# As before the first sync: the hand-written tables alone are in the stream.
find "$demo/supabase/migrations" -name '*.sql' ! -name '0000[01]_*' -delete
ln -s "$here/services/node-service/node_modules" "$demo/services/node-service/node_modules"
ln -s "$here/services/python-service/.venv" "$demo/services/python-service/.venv"
cd "$demo"

run() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

trap 'ormony db down --quiet >/dev/null' EXIT
run ormony init
# What macros are to do, only a person can say: the part [behavior] of the example's own file.
sed -n '/^# Who may do what/,$p' "$here/ormony.toml" >>ormony.toml
run tail -n 30 ormony.toml
run ormony sync
run ormony db up --tcp
run ormony deploy
run ormony status

DATABASE_URL=$(ormony db url)
export DATABASE_URL
printf '\nEach tool asked for itself:\n'
(cd services/node-service && run npx --no-install drizzle-kit migrate)
(cd services/python-service && run .venv/bin/alembic current --check-heads)
if command -v sqlx >/dev/null; then (cd services/rust-service && run sqlx migrate run && echo "(sqlx: nothing to apply)"); fi
printf '\nThe server is stopped now. To look around: cd %s && ormony db up && ormony db psql\n' ".demo/saas"
