"""The surface stands on PostgreSQL 15 and 18, postgres works on it unprivileged, stand-ins tell the truth."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ormony.database import server, surface
from ormony.database.connect import Connection, connect
from ormony.database.server import Cluster


def made(cluster: Cluster, name: str) -> str:
    with cluster.admin() as admin:
        server.drop_database(admin, name)
    assert server.create_database(cluster, name)
    return cluster.url(name)


@pytest.fixture(scope="module", params=["cluster", "postgres15"])
def either(request: pytest.FixtureRequest) -> Cluster:
    found: Cluster = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def url(either: Cluster) -> str:
    return made(either, "surface_test")


@pytest.fixture
def db(url: str) -> Iterator[Connection]:
    """As postgres, in a transaction that is rolled back."""
    with connect(url, autocommit=False) as conn:
        yield conn
        conn.rollback()


@pytest.fixture(scope="module")
def url18(cluster: Cluster) -> str:
    return made(cluster, "surface_test18")


@pytest.fixture
def db18(url18: str) -> Iterator[Connection]:
    with connect(url18, autocommit=False) as conn:
        yield conn
        conn.rollback()


def one(conn: Connection, query: str, *values: Any) -> Any:
    row = conn.execute(query.encode(), values or None).fetchone()
    assert row is not None
    return row[0]


def column(conn: Connection, query: str, *values: Any) -> list[Any]:
    return [row[0] for row in conn.execute(query.encode(), values or None).fetchall()]


def refused(conn: Connection, query: str) -> str:
    """The SQLSTATE and message of a statement that must fail; the transaction goes on."""
    with pytest.raises(psycopg.Error) as caught, conn.transaction():
        conn.execute(query.encode())
    return f"{caught.value.sqlstate} {caught.value.diag.message_primary}"


# ----------------------------------------------------------------------------------------------- roles


def test_roles_have_supabases_attributes(db: Connection) -> None:
    rows = db.execute(
        "select rolname, rolsuper, rolcanlogin, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
        " rolinherit"
        " from pg_roles where rolname !~ '^(pg|role)_' order by 1"  # role_a is of tests of the same cluster
    ).fetchall()
    shown = {
        name: "".join(letter for letter, flag in zip("slcdrbi", flags, strict=True) if flag)
        for name, *flags in rows
    }
    assert shown == {
        "anon": "i",
        "authenticated": "i",
        "authenticator": "l",
        "dashboard_user": "cdri",
        "pgbouncer": "li",
        "postgres": "lcdrbi",
        "service_role": "bi",
        "supabase_admin": "slcdrbi",
        "supabase_auth_admin": "lc",
        "supabase_etl_admin": "lri",
        "supabase_functions_admin": "lc",
        "supabase_read_only_user": "lbi",
        "supabase_realtime_admin": "",
        "supabase_replication_admin": "lri",
        "supabase_storage_admin": "lc",
    }


def test_role_settings_hold(either: Cluster, url: str) -> None:
    with connect(url) as conn:
        assert one(conn, "show search_path") == '"$user", public, extensions'
    with connect(either.url("surface_test", "authenticator")) as conn:
        assert (one(conn, "show statement_timeout"), one(conn, "show lock_timeout")) == ("8s", "8s")


def test_postgres_may_set_what_supautils_lets_it_set(db: Connection) -> None:
    db.execute("alter role authenticator set pgrst.db_schemas = 'public, api'")
    db.execute("alter role authenticated set statement_timeout = '15s'")
    db.execute("set local session_replication_role = replica")
    db.execute("create role app_reader nologin")
    db.execute("grant app_reader to authenticator")
    assert refused(db, "alter role anon superuser").startswith("42501")
    assert refused(db, "copy (select 1) to program 'true'").startswith("42501")


def test_a_second_installation_changes_nothing(either: Cluster, url: str) -> None:
    before = either_dump(url)
    with either.admin("surface_test") as admin:
        surface.install_roles(admin)
        surface.install_database(admin)
        assert surface.installed(admin) == surface.fingerprint()
    assert either_dump(url) == before


def either_dump(url: str) -> str:
    # pg_dump writes a random word against psql's \restrict into each dump.
    return "\n".join(
        line
        for line in server.pg_dump(url, "-s").splitlines()
        if not line.startswith(("\\restrict", "\\unrestrict"))
    )


def test_two_installations_at_once_are_one(cluster: Cluster) -> None:
    with cluster.admin() as admin:
        server.drop_database(admin, "surface_twice")
        server.create_empty(admin, "surface_twice")
    failures: list[BaseException] = []

    def install() -> None:
        try:
            with cluster.admin("surface_twice") as admin:
                surface.install_roles(admin)
                surface.install_database(admin)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=install) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# ------------------------------------------------------------------------------------ JWT and personas

SUB = "11111111-1111-4111-8111-111111111111"
OTHER = "22222222-2222-4222-8222-222222222222"


def become(conn: Connection, role: str, claims: dict[str, Any]) -> None:
    conn.execute(f"set local role {role}".encode())
    conn.execute("select set_config('request.jwt.claims', %s, true)", (json.dumps(claims),))


def test_a_persona_is_a_role_and_claims(db: Connection) -> None:
    become(db, "authenticated", {"sub": SUB, "role": "authenticated", "email": "a@b.c", "org": 7})
    assert one(db, "select auth.uid()") == uuid.UUID(SUB)
    assert one(db, "select auth.role()") == "authenticated"
    assert one(db, "select auth.email()") == "a@b.c"
    assert one(db, "select auth.jwt() ->> 'org'") == "7"
    become(db, "anon", {})
    assert one(db, "select auth.uid()") is None


def test_without_a_request_there_is_nobody(db: Connection) -> None:
    assert one(db, "select (auth.uid(), auth.role(), auth.email(), auth.jwt()) is null")
    # PostgREST leaves an empty string behind when a transaction with claims has ended.
    db.execute("select set_config('request.jwt.claims', '', true)")
    assert one(db, "select (auth.uid(), auth.role(), auth.email(), auth.jwt()) is null")


def test_the_old_settings_come_first(db: Connection) -> None:
    become(db, "authenticated", {"sub": SUB})
    db.execute("select set_config('request.jwt.claim.sub', %s, true)", (OTHER,))
    assert one(db, "select auth.uid()") == uuid.UUID(OTHER)


def test_row_security_separates_two_personas(db: Connection) -> None:
    db.execute("create table notes (id int primary key, owner uuid default auth.uid(), body text)")
    db.execute("alter table notes enable row level security")
    db.execute("create policy own on notes to authenticated using (owner = auth.uid())")
    become(db, "authenticated", {"sub": SUB})
    db.execute("insert into notes values (1, default, 'mine')")
    become(db, "authenticated", {"sub": OTHER})
    assert column(db, "select id from notes") == []
    become(db, "anon", {})
    assert column(db, "select id from notes") == []
    become(db, "service_role", {})
    assert column(db, "select id from notes") == [1]


def test_default_privileges_open_public_to_the_api(db: Connection) -> None:
    db.execute("create table things (id serial primary key)")
    db.execute("create function answer() returns int language sql as 'select 42'")
    for role in ("anon", "authenticated", "service_role"):
        for privilege in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
            assert one(db, "select has_table_privilege(%s, 'public.things', %s)", role, privilege)
        assert one(db, "select has_sequence_privilege(%s, 'public.things_id_seq', 'usage')", role)
        assert one(db, "select has_function_privilege(%s, 'public.answer()', 'execute')", role)
    db.execute("create schema private")
    db.execute("create table private.secret ()")
    assert not one(db, "select has_table_privilege('anon', 'private.secret', 'select')")


# ------------------------------------------------------------------------------------------------ auth


def test_auth_has_the_tables_and_columns_of_the_platform(db: Connection) -> None:
    tables = column(db, "select tablename from pg_tables where schemaname = 'auth' order by 1")
    assert tables == [
        "audit_log_entries",
        "custom_oauth_providers",
        "flow_state",
        "identities",
        "instances",
        "mfa_amr_claims",
        "mfa_challenges",
        "mfa_factors",
        "oauth_authorizations",
        "oauth_client_states",
        "oauth_clients",
        "oauth_consents",
        "one_time_tokens",
        "refresh_tokens",
        "saml_providers",
        "saml_relay_states",
        "schema_migrations",
        "sessions",
        "sso_domains",
        "sso_providers",
        "users",
        "webauthn_challenges",
        "webauthn_credentials",
    ]
    users = column(
        db,
        "select attname from pg_attribute where attrelid = 'auth.users'::regclass and attnum > 0"
        " order by attnum",
    )
    assert users == [
        "instance_id",
        "id",
        "aud",
        "role",
        "email",
        "encrypted_password",
        "email_confirmed_at",
        "invited_at",
        "confirmation_token",
        "confirmation_sent_at",
        "recovery_token",
        "recovery_sent_at",
        "email_change_token_new",
        "email_change",
        "email_change_sent_at",
        "last_sign_in_at",
        "raw_app_meta_data",
        "raw_user_meta_data",
        "is_super_admin",
        "created_at",
        "updated_at",
        "phone",
        "phone_confirmed_at",
        "phone_change",
        "phone_change_token",
        "phone_change_sent_at",
        "confirmed_at",
        "email_change_token_current",
        "email_change_confirm_status",
        "banned_until",
        "reauthentication_token",
        "reauthentication_sent_at",
        "is_sso_user",
        "deleted_at",
        "is_anonymous",
    ]


def test_a_new_user_runs_the_usual_trigger(db: Connection) -> None:
    db.execute(
        "create table profiles (id uuid primary key references auth.users on delete cascade, name text)"
    )
    db.execute(
        "create function handle_new_user() returns trigger language plpgsql security definer"
        " set search_path = '' as $$ begin insert into public.profiles"
        " values (new.id, new.raw_user_meta_data ->> 'name'); return new; end $$"
    )
    db.execute(
        "create trigger on_auth_user_created after insert on auth.users for each row"
        " execute function handle_new_user()"
    )
    db.execute(
        "insert into auth.users (id, email, raw_user_meta_data) values (%s, 'a@b.c', '{\"name\": \"Ann\"}')",
        (SUB,),
    )
    assert column(db, "select name from profiles") == ["Ann"]
    assert refused(db, "insert into auth.users (id, email) values (gen_random_uuid(), 'a@b.c')").startswith(
        "23505"
    )
    db.execute("delete from auth.users")
    assert column(db, "select name from profiles") == []
    db.execute("drop trigger on_auth_user_created on auth.users")


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_the_api_cannot_read_users(db: Connection, role: str) -> None:
    become(db, role, {"sub": SUB})
    assert refused(db, "select * from auth.users").startswith("42501")
    assert refused(db, "select * from vault.decrypted_secrets").startswith("42501")


# ------------------------------------------------------------------------- storage, realtime, the rest


@pytest.mark.parametrize(
    ("name", "folders", "file", "extension"),
    [
        ("a/b/c.png", ["a", "b"], "c.png", "png"),
        ("c.tar.gz", [], "c.tar.gz", "gz"),
        ("a/README", ["a"], "README", "README"),
    ],
)
def test_names_of_objects(db: Connection, name: str, folders: list[str], file: str, extension: str) -> None:
    assert one(db, "select storage.foldername(%s)", name) == folders
    assert one(db, "select storage.filename(%s)", name) == file
    assert one(db, "select storage.extension(%s)", name) == extension


def test_policies_on_objects_decide(db: Connection) -> None:
    db.execute("insert into storage.buckets (id, name, public) values ('pics', 'pics', false)")
    db.execute(
        "create policy own_folder on storage.objects to authenticated"
        " using (bucket_id = 'pics' and (storage.foldername(name))[1] = auth.uid()::text)"
    )
    become(db, "authenticated", {"sub": SUB})
    db.execute("insert into storage.objects (bucket_id, name) values ('pics', %s)", (f"{SUB}/a.png",))
    assert refused(
        db, f"insert into storage.objects (bucket_id, name) values ('pics', '{OTHER}/a.png')"
    ).startswith("42501")
    assert column(db, "select path_tokens[2] from storage.objects") == ["a.png"]
    db.execute("reset role")
    assert refused(db, "delete from storage.objects") == (
        "42501 Direct deletion from storage tables is not allowed. Use the Storage API instead."
    )
    db.execute("delete from storage.objects where name = 'none of them'")
    db.execute("set local storage.allow_delete_query = 'true'")
    db.execute("delete from storage.objects")
    db.execute("drop policy own_folder on storage.objects")


def test_a_broadcast_is_stored(db: Connection) -> None:
    db.execute("create policy listen on realtime.messages for select to authenticated using (true)")
    db.execute("create table rooms (id int primary key, name text)")
    db.execute(
        "create function tell() returns trigger language plpgsql security definer as $$ begin"
        " perform realtime.broadcast_changes('room:' || coalesce(new.id, old.id), tg_op, tg_op,"
        " tg_table_name, tg_table_schema, new, old); return null; end $$"
    )
    db.execute(
        "create trigger tell after insert or update or delete on rooms for each row execute function tell()"
    )
    db.execute("insert into rooms values (1, 'hall')")
    db.execute("update rooms set name = 'attic'")
    db.execute("delete from rooms")
    rows = db.execute(
        "select topic, event, private, payload -> 'record' ->> 'name', payload -> 'old_record' ->> 'name'"
        " from realtime.messages order by 2"
    ).fetchall()
    assert rows == [
        ("room:1", "DELETE", True, None, "attic"),
        ("room:1", "INSERT", True, "hall", None),
        ("room:1", "UPDATE", True, "attic", "hall"),
    ]
    assert one(db, "select realtime.topic()") == "room:1"
    assert one(db, "select bool_and(payload ? 'id') from realtime.messages")


def test_postgres_adds_tables_to_the_publication(db: Connection) -> None:
    db.execute("create table chat (id int primary key)")
    db.execute("alter publication supabase_realtime add table chat")
    assert column(db, "select tablename from pg_publication_tables where pubname = 'supabase_realtime'") == [
        "chat"
    ]


def test_ddl_tells_postgrest(url: str) -> None:
    with connect(url) as listener, connect(url, autocommit=False) as conn:
        listener.execute("listen pgrst")
        conn.execute("create table told (id int)")
        conn.execute("drop table told")
        conn.commit()
        told = list(listener.notifies(timeout=5, stop_after=1))
    assert [(each.channel, each.payload) for each in told] == [("pgrst", "reload schema")]


def test_secrets_come_back(db: Connection) -> None:
    secret = one(db, "select vault.create_secret('s3cr3t', 'key', 'of a test')")
    db.execute("select vault.update_secret(%s, new_secret => 'changed')", (secret,))
    assert db.execute(
        "select name, decrypted_secret, description from vault.decrypted_secrets"
    ).fetchall() == [("key", "changed", "of a test")]


def test_graphql_answers_that_it_is_off(db: Connection) -> None:
    assert "not enabled" in one(
        db, "select graphql_public.graphql(query => '{ a }') -> 'errors' -> 0 ->> 'message'"
    )


def test_the_database_has_its_owner_and_settings(db: Connection) -> None:
    owner = "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
    assert one(db, owner) == "postgres"
    assert one(db, "show app.settings.jwt_exp") == "3600"
    db.execute("create schema mine")
    db.execute("drop schema public cascade")
    db.execute("create schema public")


# ------------------------------------------------------------------------------------------ extensions

SERVERS_OWN = [
    "vector",
    "citext",
    "hstore",
    "ltree",
    "pg_trgm",
    "unaccent",
    "moddatetime",
    "btree_gist",
    "btree_gin",
    "pg_stat_statements",
    "postgres_fdw",
    "dblink",
    "fuzzystrmatch",
    "tablefunc",
    "intarray",
    "cube",
    "earthdistance",
]


@pytest.mark.parametrize("name", SERVERS_OWN)
def test_postgres_creates_the_servers_own_extensions(db18: Connection, name: str) -> None:
    db18.execute(f'create extension if not exists "{name}" with schema extensions cascade'.encode())
    comment = one(
        db18,
        "select coalesce(obj_description(oid, 'pg_extension'), '') from pg_extension where extname = %s",
        name,
    )
    assert not comment.startswith("ormony stand-in")


@pytest.mark.parametrize("name", surface.standins())
def test_postgres_creates_every_stand_in(db18: Connection, name: str) -> None:
    db18.execute(f'create extension if not exists "{name}" cascade'.encode())
    comment = one(
        db18, "select obj_description(oid, 'pg_extension') from pg_extension where extname = %s", name
    )
    assert comment.startswith(f"ormony stand-in of {name}")
    assert refused(db18, "copy (select 1) to program 'true'").startswith("42501")


@pytest.mark.parametrize("name", surface.standins())
def test_every_script_runs_where_extensions_cannot(postgres15: Cluster, name: str) -> None:
    with postgres15.admin("postgres") as admin:
        server.drop_database(admin, "surface_script")
        server.create_empty(admin, "surface_script")
    with connect(postgres15.url("surface_script", server.SUPERUSER), autocommit=False) as conn:
        conn.execute("set search_path to public")
        script = surface.standin_script(name, "some where")
        assert script is not None
        conn.execute(script.encode())
        assert one(conn, "show search_path") == "public"
        assert one(conn, "select count(*) from pg_proc where oid >= 16384") > 0
        conn.rollback()
    assert surface.standin_script("postgis") is None
    assert "a server that has postgis" in surface.advice("postgis")


def test_a_stand_in_never_shadows_the_real_extension(cluster: Cluster) -> None:
    with cluster.admin() as admin:
        path = one(admin, "show extension_control_path")
    before, system, after = path.split(":")
    assert (system, before.rpartition("/")[2], after.rpartition("/")[2]) == ("$system", "trusted", "standins")


MISSING = {
    "pgcrypto": [
        "select extensions.pgp_sym_encrypt('a', 'b')",
        "select extensions.encrypt('a', 'b', 'aes')",
        "select extensions.crypt('a', '$1$abcdefgh')",
        "select extensions.crypt('ä', extensions.gen_salt('bf'))",
        "select extensions.pgp_pub_decrypt('a', 'b')",
    ],
    "http": [
        "select public.http_get('http://localhost')",
        "select status from public.http_post('u', 'a', 'b')",
    ],
    "pg_graphql": ["select graphql.resolve('{ a }')"],
    "hypopg": ["select * from public.hypopg_create_index('create index on t (a)')"],
    "index_advisor": ["select * from public.index_advisor('select 1')"],
    "pgsodium": ["select * from pgsodium.create_key()"],
    "pgmq": ["select pgmq.create_partitioned('q')"],
    "pgtap": ["select public.plan(1)"],
    "plpgsql_check": ["select public.plpgsql_check_function('f')"],
    "pg_tle": ["select pgtle.install_extension('a', '1', 'b', 'select 1')"],
    "pg_jsonschema": ["""select public.json_matches_schema('{"$ref": "#/a"}', '1')"""],
}


@pytest.mark.parametrize(
    ("name", "query"), [(name, query) for name, each in MISSING.items() for query in each]
)
def test_what_a_stand_in_cannot_do_it_says(db18: Connection, name: str, query: str) -> None:
    db18.execute("set local search_path to public")
    db18.execute(f'create extension if not exists "{name}" cascade'.encode())
    said = refused(db18, query)
    assert said.startswith("0A000 ")
    assert f"stand-in of the extension {name}" in said


def test_no_extension_is_a_way_to_the_superuser(db18: Connection, cluster: Cluster) -> None:
    db18.execute("create extension dblink with schema extensions")
    target = f"host={cluster.sockets} port={cluster.port} dbname=postgres user={server.SUPERUSER}"
    assert refused(db18, f"select extensions.dblink_connect_u('{target}')") == (
        "42501 permission denied for function dblink_connect_u"
    )
    assert refused(db18, f"select extensions.dblink_connect('{target}')").startswith("2F003 password")
    # A function in the extension's schema that fits better than the one its script means.
    db18.execute("create table who (name text)")
    db18.execute(
        "create function public.quote_ident(name) returns text language sql as"
        " $$ insert into public.who values (current_user); select $1::text $$"
    )
    db18.execute(
        "create function note() returns trigger language plpgsql as"
        " $$ begin insert into public.who values (current_user); return new; end $$"
    )
    db18.execute("create extension pg_net with schema public")
    assert set(column(db18, "select name from who")) == {"postgres"}
    db18.execute("truncate who")
    db18.execute(
        "create trigger note before insert on net.http_request_queue for each row execute function note()"
    )
    db18.execute("select net.http_get('https://example.com')")
    assert column(db18, "select name from who") == ["postgres"]
    given_away = column(
        db18,
        "select p.oid::regprocedure from pg_proc as p join pg_roles as r on r.oid = p.proowner"
        " where p.prosecdef and r.rolsuper and p.prorettype <> 'event_trigger'::regtype"
        " and p.pronamespace <> 'vault'::regnamespace"
        " and has_function_privilege('postgres', p.oid, 'execute')",
    )
    assert given_away == []


# ---------------------------------------------------------------------------- results of the stand-ins


def test_uuids_are_pythons(db18: Connection) -> None:
    for space, name in [("dns", "NAMESPACE_DNS"), ("url", "NAMESPACE_URL"), ("oid", "NAMESPACE_OID")]:
        for text in ("", "www.example.com", "ä€🐘" * 40):
            python = getattr(uuid, name)
            for version, function in [(3, uuid.uuid3), (5, uuid.uuid5)]:
                query = f"select extensions.uuid_generate_v{version}(extensions.uuid_ns_{space}(), %s)"
                assert one(db18, query, text) == function(python, text)
    for version in ("1", "1mc", "4"):
        seen = {one(db18, f"select extensions.uuid_generate_v{version}()") for _ in range(50)}
        assert len(seen) == 50
        assert {(each.version, each.variant) for each in seen} == {(int(version[0]), uuid.RFC_4122)}
    clock = one(db18, "select extensions.uuid_generate_v1()").time / 1e7 - 12219292800
    assert abs(clock - time.time()) < 60


ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_digest_and_hmac_are_pythons(db18: Connection, algorithm: str) -> None:
    chance = random.Random(7)
    for size in (0, 1, 55, 56, 63, 64, 65, 119, 127, 128, 129, 1000):
        data, key = chance.randbytes(size), chance.randbytes(size or 1)
        assert (
            one(db18, "select extensions.digest(%s::bytea, %s)", data, algorithm)
            == hashlib.new(algorithm, data).digest()
        )
        assert (
            one(db18, "select extensions.hmac(%s::bytea, %s::bytea, %s)", data, key, algorithm.upper())
            == hmac.new(key, data, algorithm).digest()
        )
    assert (
        one(db18, "select encode(extensions.digest('ä', %s), 'hex')", algorithm)
        == hashlib.new(algorithm, "ä".encode()).hexdigest()
    )


def test_a_jwt_is_what_rfc_7519_says(db18: Connection) -> None:
    db18.execute("create extension pgjwt with schema extensions")
    claims = {"sub": SUB, "name": "Ä", "exp": int(time.time()) + 60}
    for algorithm, name in [("HS256", "sha256"), ("HS384", "sha384"), ("HS512", "sha512")]:
        token = one(db18, "select extensions.sign(%s::json, 'secret', %s)", json.dumps(claims), algorithm)
        head, body, signature = token.split(".")
        expected = hmac.new(b"secret", f"{head}.{body}".encode(), name).digest()
        assert base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4)) == expected
        assert json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) == claims
        row = db18.execute("select * from extensions.verify(%s, 'secret', %s)", (token, algorithm)).fetchone()
        assert row == ({"alg": algorithm, "typ": "JWT"}, claims, True)
        assert not one(db18, "select valid from extensions.verify(%s, 'other', %s)", token, algorithm)
    # The example of https://jwt.io, whose key everybody knows.
    assert one(
        db18,
        'select extensions.sign(\'{"sub":"1234567890","name":"John Doe","admin":true}\', \'secret\')',
    ).endswith(".TJVA95OrM7E2cBab30RMHrHDcEfxjoYZgeFONFh7HgQ")
    late = one(db18, "select extensions.sign('{\"exp\": 1}', 'secret')")
    assert not one(db18, "select valid from extensions.verify(%s, 'secret')", late)


SAME = [
    *(f"digest('{text}', '{each}')" for text in ("", "abc", "ä€") for each in ALGORITHMS),
    *(
        f"hmac('{text}', '{key}', '{each}')"
        for text in ("", "x")
        for key in ("k", "k" * 200)
        for each in ALGORITHMS
    ),
    "digest('a', 'nothing')",
    "hmac('a', 'b', 'nothing')",
    "armor('')",
    "armor(decode(repeat('ab', 100), 'hex'))",
    "armor('x', array['Version', 'Comment'], array['1', 'two'])",
    "armor('x', array['a'], array['b', 'c'])",
    "armor('x', array[null], array['b'])",
    "dearmor(armor(decode(repeat('ab', 100), 'hex')))",
    "dearmor('nothing')",
    "dearmor(replace(armor('abc'), 'YWJj', 'YWJk'))",
    *(
        f"crypt('{word}', '{salt}')"
        for word in ("", "password", "a" * 100)
        for salt in ("$2a$04$CCCCCCCCCCCCCCCCCCCCC.", "$2a$05$abcdefghijklmnopqrstuu")
    ),
    "crypt('secret', crypt('secret', '$2a$04$CCCCCCCCCCCCCCCCCCCCC.'))",
    "length(gen_random_bytes(1024))",
    "gen_random_bytes(0)",
    "gen_random_bytes(1025)",
    "gen_salt('none')",
    "gen_salt('bf', 3)",
    "gen_salt('xdes', 2)",
    "gen_salt('md5', 2)",
    "uuid_nil()",
    *(f"uuid_ns_{space}()" for space in ("dns", "url", "oid", "x500")),
    *(f"uuid_generate_v{v}(uuid_ns_dns(), '{text}')" for v in (3, 5) for text in ("", "a.b", "ä")),
]


@pytest.fixture(scope="module")
def both(postgres15: Cluster) -> Iterator[Connection]:
    """PostgreSQL 15 with the real pgcrypto and uuid-ossp in schema a, the stand-ins in schema b."""
    with postgres15.admin("postgres") as admin:
        server.drop_database(admin, "surface_both")
        server.create_empty(admin, "surface_both")
    with connect(postgres15.url("surface_both", server.SUPERUSER), autocommit=False) as conn:
        conn.execute("create schema a")
        for name in ("pgcrypto", "uuid-ossp"):
            conn.execute(f'create extension "{name}" with schema a'.encode())
            script = surface.standin_script(name, "b")
            assert script is not None
            conn.execute(script.encode())
        conn.commit()
        yield conn
        conn.rollback()


def answer(conn: Connection, schema: str, expression: str) -> str:
    conn.execute(f"set search_path to {schema}".encode())
    try:
        with conn.transaction():
            return repr(one(conn, f"select {expression}"))
    except psycopg.Error as error:
        return f"{error.sqlstate} {error.diag.message_primary}"


@pytest.mark.parametrize("expression", SAME)
def test_the_stand_in_answers_like_the_real_extension(both: Connection, expression: str) -> None:
    real = answer(both, "a", expression)
    assert answer(both, "b", expression) == real


def test_salts_of_the_stand_in_are_salts_for_the_real_crypt(both: Connection) -> None:
    for kind in ("des", "xdes", "md5", "bf"):
        salt = one(both, f"select b.gen_salt('{kind}')")
        assert len(salt) == len(one(both, f"select a.gen_salt('{kind}')"))
        assert one(both, "select a.crypt('password', %s)", salt).startswith(salt)
        assert one(both, f"select b.gen_salt('{kind}') <> b.gen_salt('{kind}')")


def test_the_stand_ins_have_the_real_signatures(both: Connection) -> None:
    query = (
        "select p.proname, oidvectortypes(p.proargtypes), p.prorettype::regtype::text, p.proretset,"
        " p.proisstrict, p.provolatile, p.proparallel from pg_proc as p"
        " where p.pronamespace = %s::regnamespace order by 1, 2"
    )
    real = both.execute(query, ("a",)).fetchall()
    assert len(real) > 40
    assert both.execute(query, ("b",)).fetchall() == real


def test_a_queue_works(db18: Connection) -> None:
    db18.execute("create extension pgmq")
    db18.execute("select pgmq.create('jobs')")
    assert column(db18, "select pgmq.send('jobs', '{\"a\": 1}')") == [1]
    assert column(db18, "select pgmq.send_batch('jobs', array['{\"a\": 2}', '{\"a\": 3}']::jsonb[])") == [
        2,
        3,
    ]
    read = "select msg_id from pgmq.read('jobs', 30, 2)"
    assert sorted(column(db18, read)) == [1, 2]
    assert column(db18, read) == [3]
    assert column(db18, read) == []
    assert column(db18, "select read_ct from pgmq.set_vt('jobs', 1, 0)") == [1]
    assert column(db18, "select msg_id from pgmq.pop('jobs')") == [1]
    assert one(db18, "select pgmq.archive('jobs', 2)")
    assert not one(db18, "select pgmq.archive('jobs', 2)")
    assert one(db18, "select pgmq.delete('jobs', 3)")
    assert column(db18, "select msg_id from pgmq.a_jobs") == [2]
    assert one(db18, "select total_messages from pgmq.metrics('jobs')") == 3
    assert one(db18, "select queue_visible_length from pgmq.metrics('jobs')") == 0
    assert column(db18, "select pgmq.send('jobs', '4', '{\"k\": 1}'::jsonb, 0)") == [4]
    assert column(db18, "select headers from pgmq.read('jobs', 30, 1)") == [{"k": 1}]
    assert one(db18, "select pgmq.drop_queue('jobs')")
    assert column(db18, "select * from pgmq.list_queues()") == []


def test_cron_jobs_are_recorded(db18: Connection) -> None:
    db18.execute("create extension pg_cron")  # it goes to pg_catalog by itself, and nowhere else
    first = one(db18, "select cron.schedule('nightly', '0 3 * * *', 'select 1')")
    assert one(db18, "select cron.schedule('nightly', '*/5 * * * 1-5', 'select 2')") == first
    for good in ("30 seconds", "@hourly", "0 0 1,15 * MON", "0 0 $ * *"):
        one(db18, "select cron.schedule(%s, 'select 1')", good)
    for bad in ("every day", "* * * *", "60 seconds"):
        assert refused(db18, f"select cron.schedule('{bad}', 'select 1')") == f"22023 invalid schedule: {bad}"
    rows = db18.execute("select schedule, command, username, active from cron.job where jobname is not null")
    assert rows.fetchall() == [("*/5 * * * 1-5", "select 2", "postgres", True)]
    db18.execute("select cron.alter_job(%s, active => false)", (first,))
    assert one(db18, "select cron.unschedule('nightly')")
    assert "could not find valid entry for job 'nightly'" in refused(
        db18, "select cron.unschedule('nightly')"
    )


def test_requests_are_queued(db18: Connection) -> None:
    db18.execute("create extension pg_net with schema extensions")
    become(db18, "authenticated", {"sub": SUB})
    db18.execute(
        "select net.http_post('https://example.com/hook', '{\"a\": 1}', '{\"q\": \"x y&z\"}',"
        " timeout_milliseconds => 9)"
    )
    db18.execute("select net.http_get('https://example.com/?a=1', '{\"b\": \"2\"}')")
    db18.execute("select net.http_delete('https://example.com/1')")
    rows = db18.execute(
        "select method::text, url, convert_from(body, 'UTF8') from net.http_request_queue order by id"
    )
    assert rows.fetchall() == [
        ("POST", "https://example.com/hook?q=x%20y%26z", '{"a": 1}'),
        ("GET", "https://example.com/?a=1&b=2", None),
        ("DELETE", "https://example.com/1", None),
    ]
    assert "Content-Type" in refused(
        db18, """select net.http_post('u', headers => '{"content-type": "text/plain"}')"""
    )


def test_a_webhook_is_queued(db18: Connection) -> None:
    db18.execute("create extension pg_net")
    db18.execute("create table orders (id int)")
    db18.execute(
        "create trigger hook after insert on orders for each row execute function"
        " supabase_functions.http_request('https://example.com', 'POST',"
        ' \'{"Content-Type":"application/json"}\','
        " '{}', '1000')"
    )
    db18.execute("insert into orders values (7)")
    body = json.loads(one(db18, "select convert_from(body, 'UTF8') from net.http_request_queue"))
    assert (body["type"], body["table"], body["record"]) == ("INSERT", "orders", {"id": 7})
    assert one(db18, "select hook_name from supabase_functions.hooks") == "hook"


SCHEMA = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 4},
        "age": {"type": "integer", "minimum": 0, "exclusiveMaximum": 150},
        "tags": {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True, "maxItems": 2},
        "odd": {"not": {"multipleOf": 2}},
        "any": {"anyOf": [{"type": "null"}, {"const": 1}]},
    },
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("instance", "valid"),
    [
        ({"name": "Ann"}, True),
        ({"name": "Ann", "age": 3, "tags": ["a", "b"], "odd": 3, "any": None}, True),
        ({"name": "Ann", "age": 3.0}, True),
        ({"name": "Ann", "any": 1}, True),
        ({}, False),
        ([], False),
        ({"name": "A"}, False),
        ({"name": "Annie"}, False),
        ({"name": "Ann", "age": -1}, False),
        ({"name": "Ann", "age": 150}, False),
        ({"name": "Ann", "age": 1.5}, False),
        ({"name": "Ann", "tags": ["c"]}, False),
        ({"name": "Ann", "tags": ["a", "a"]}, False),
        ({"name": "Ann", "tags": ["a", "b", "a"]}, False),
        ({"name": "Ann", "odd": 4}, False),
        ({"name": "Ann", "any": 2}, False),
        ({"name": "Ann", "more": 1}, False),
    ],
)
def test_json_schemas(db18: Connection, instance: Any, valid: bool) -> None:
    db18.execute("create extension pg_jsonschema with schema extensions")
    given = (json.dumps(SCHEMA), json.dumps(instance))
    assert one(db18, "select extensions.json_matches_schema(%s, %s)", *given) is valid
    assert one(db18, "select extensions.jsonb_matches_schema(%s, %s)", *given) is valid
    assert (one(db18, "select extensions.jsonschema_validation_errors(%s, %s)", *given) == []) is valid


def test_a_project_of_each_kind_of_statement_replays(db18: Connection) -> None:
    """What real migrations do to the surface, in one transaction as postgres."""
    db18.execute(
        b"""
        create extension if not exists "uuid-ossp" with schema "extensions";
        create extension if not exists pgcrypto with schema extensions;
        create extension if not exists supabase_vault with schema vault;
        create extension if not exists vector with schema extensions;
        create extension if not exists pg_net;
        alter extension pgcrypto set schema extensions;
        comment on extension "uuid-ossp" is 'generate universally unique identifiers (UUIDs)';
        comment on schema public is 'standard public schema';
        alter schema public owner to pg_database_owner;
        grant usage on schema public to anon, authenticated;
        grant all on schema public to postgres;
        alter default privileges in schema public revoke execute on functions from public;
        alter default privileges for role postgres in schema public grant all on tables to service_role;
        create table documents (
            id uuid primary key default uuid_generate_v4(),
            user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
            embedding vector(3)
        );
        create index on documents using hnsw (embedding vector_cosine_ops);
        alter table documents enable row level security;
        create policy own on documents
            using ((select auth.uid()) = user_id and (auth.jwt() ->> 'aal') = 'aal2');
        alter table storage.objects enable row level security;
        insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
            values ('docs', 'docs', true, 1000, array['image/png']) on conflict (id) do nothing;
        create policy "docs are public" on storage.objects for select using (bucket_id = 'docs');
        create policy listen on realtime.messages for select to authenticated
            using (realtime.topic() = 'room' and realtime.messages.extension = 'broadcast');
        drop publication if exists supabase_realtime;
        create publication supabase_realtime;
        alter publication supabase_realtime add table documents;
        create role app login noinherit;
        grant anon to app;
        grant select on auth.users to service_role;
        notify pgrst, 'reload config';
        """
    )
    assert one(db18, "select count(*) from documents") == 0
