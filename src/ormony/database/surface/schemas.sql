-- Schemas, who may use them, and the privileges that new objects in them get.

create schema auth authorization supabase_admin;
create schema storage authorization supabase_admin;
create schema realtime authorization supabase_admin;
create schema extensions authorization postgres;
create schema vault authorization supabase_admin;
create schema graphql authorization supabase_admin;
create schema graphql_public authorization supabase_admin;
create schema pgbouncer authorization pgbouncer;
create schema supabase_functions authorization supabase_admin;

grant usage on schema public to postgres, anon, authenticated, service_role;
grant usage on schema auth, storage to anon, authenticated, service_role;
grant usage on schema extensions, realtime to anon, authenticated, service_role;
grant usage on schema graphql, graphql_public to postgres, anon, authenticated, service_role;
-- The stand-in of pg_graphql belongs to the role that creates it.
grant all on schema graphql to postgres with grant option;
grant usage on schema supabase_functions to postgres, anon, authenticated, service_role;
grant usage on schema auth, storage to postgres;
grant usage on schema realtime, vault to postgres with grant option;
grant usage on schema vault to service_role;
grant all on schema auth to supabase_auth_admin, dashboard_user;
grant all on schema storage to supabase_storage_admin, dashboard_user;
grant all on schema realtime to supabase_realtime_admin;
grant all on schema extensions to dashboard_user;
grant all on schema supabase_functions to supabase_functions_admin;

alter default privileges for role postgres in schema public
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema public
    grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema storage
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema storage
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres in schema storage
    grant all on sequences to postgres, anon, authenticated, service_role;

alter default privileges for role supabase_admin in schema public, graphql, graphql_public
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public, graphql, graphql_public
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public, graphql, graphql_public
    grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema supabase_functions
    grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema supabase_functions
    grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema supabase_functions
    grant all on sequences to postgres, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema extensions
    grant all on tables to postgres with grant option;
alter default privileges for role supabase_admin in schema extensions
    grant all on functions to postgres with grant option;
alter default privileges for role supabase_admin in schema extensions
    grant all on sequences to postgres with grant option;
alter default privileges for role supabase_admin in schema realtime
    grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_admin in schema realtime
    grant all on functions to postgres, dashboard_user;
alter default privileges for role supabase_admin in schema realtime
    grant all on sequences to postgres, dashboard_user;

alter default privileges for role supabase_auth_admin in schema auth
    grant all on tables to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth
    grant all on functions to postgres, dashboard_user;
alter default privileges for role supabase_auth_admin in schema auth
    grant all on sequences to postgres, dashboard_user;
