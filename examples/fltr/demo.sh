#!/usr/bin/env bash
# Two databases, two ORMs on one of them: from an empty stream to both services reading the same rows.
# It works on a copy in .demo/ at the top of the repository, so the example itself stays as it is.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
demo=$(cd "$here/../.." && pwd)/.demo/fltr

if [ -d "$demo" ]; then (cd "$demo" && ormony db down --destroy --quiet >/dev/null 2>&1) || true; fi
rm -rf "$demo"
mkdir -p "$demo"
tar -C "$here" --exclude=node_modules --exclude=.venv --exclude=.next --exclude=.ormony --exclude='supabase/*/migrations' \
  -cf - . | tar -C "$demo" -xf -
ln -s "$here/nextjs/node_modules" "$demo/nextjs/node_modules"
ln -s "$here/fastapi/.venv" "$demo/fastapi/.venv"
cd "$demo"

run() {
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}

service=
trap '[ -z "$service" ] || kill "$service"; ormony db down --quiet >/dev/null' EXIT
run ormony sync
run ormony check
run ormony db up --tcp
run ormony deploy
run ormony status

AUTH_DATABASE_URL=$(ormony db url --database auth)
DATA_DATABASE_URL=$(ormony db url --database data)
API_TOKEN=token-of-the-demo
export AUTH_DATABASE_URL DATA_DATABASE_URL API_TOKEN

printf '\nEach tool asked for itself:\n'
(cd nextjs && run npx --no-install drizzle-kit migrate)
(cd fastapi && run .venv/bin/python -m app.create_all && echo "(create_all: nothing is missing)")
(cd fastapi && run .venv/bin/python -m pytest -q -p no:cacheprovider)

printf '\nThe Next.js service sells credits, and both services spend them:\n'
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd fastapi && exec .venv/bin/python -m uvicorn --factory app.main:create_app --port "$port" --log-level warning) &
service=$!
ask() { curl -sS --fail --retry 20 --retry-connrefused --retry-delay 1 -H "Authorization: Bearer $API_TOKEN" "$@"; }
api=http://127.0.0.1:$port/users/ada
cd nextjs
run npm run --silent credits -- add-user ada ada@example.com Ada
run npm run --silent credits -- add ada 100 payment-1
run npm run --silent credits -- spend ada 1 60
run ask -X POST "$api/credits/spend" -H 'Content-Type: application/json' -d '{"amount": 15, "description": "from Python"}'
echo
run npm run --silent credits -- balance ada | tee ../node.json
run ask "$api/credits" | tee ../python.json
echo

# Node's dates have milliseconds, Python's microseconds: all but the dates must be equal.
cd ..
python3 - <<'END'
import json
from pathlib import Path

def row(path):
    text = Path(path).read_text()
    found = json.loads(text[text.index("{"):])
    return {name: value for name, value in found.items() if not name.endswith("At")}

node, python = row("node.json"), row("python.json")
assert node == python, f"{node} is not {python}"
assert node["balance"] == 25, node
print("\nboth services read the same row")
END
printf '\nThe server is stopped now. To look around: cd %s && ormony db up && ormony db psql --database auth\n' ".demo/fltr"
