#!/usr/bin/env bash
# The PostgreSQL 15 of Debian that the tests use as a second server, of another major version; no cluster is made.
set -euo pipefail
if [ -x /usr/lib/postgresql/15/bin/postgres ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
  echo "PostgreSQL 15 is missing at /usr/lib/postgresql/15; install it, then run make again" >&2
  exit 4
fi
sudo=""
if [ "$(id -u)" != 0 ]; then sudo="sudo"; fi
$sudo mkdir -p /etc/postgresql-common
echo "create_main_cluster = false" | $sudo tee /etc/postgresql-common/createcluster.conf >/dev/null
$sudo apt-get update -q
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql-15 postgresql-contrib
