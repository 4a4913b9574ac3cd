-- What Rust has to be asked beyond torture.sql.
CREATE SCHEMA "größe";
CREATE TABLE "größe"."type" (id integer PRIMARY KEY, "ref" text, "executor" text);
CREATE TYPE public.no_labels AS ENUM ();
CREATE TYPE public.with_search AS (words tsvector, price money);
CREATE TABLE public.searches (
    id integer PRIMARY KEY, search public.with_search, searches public.with_search[], vectors tsvector[],
    nobody public.no_labels
);
COMMENT ON TABLE public.searches IS E'```\nfn main() { panic!() }\n```\n    let indented = 1;\n*/ \u202E [link] <b> \\ """ #![deny(all)]';
COMMENT ON COLUMN public.searches.id IS E'\r\n//! inner';
CREATE FUNCTION public.echo_search(s public.with_search) RETURNS public.with_search LANGUAGE sql AS 'SELECT s';
CREATE FUNCTION public.echo_vector(v tsvector) RETURNS tsvector LANGUAGE sql AS 'SELECT v';
CREATE FUNCTION public.echo_vectors(v tsvector[]) RETURNS tsvector[] LANGUAGE sql AS 'SELECT v';
CREATE FUNCTION public.words_of(t text) RETURNS SETOF tsvector LANGUAGE sql AS $$SELECT to_tsvector('simple', t)$$;
CREATE FUNCTION public.words_and(t text) RETURNS TABLE (w tsvector, n integer) LANGUAGE sql
    AS $$SELECT to_tsvector('simple', t), 1$$;
CREATE FUNCTION public.two_unnamed(integer DEFAULT 1, integer DEFAULT 2) RETURNS text LANGUAGE sql
    AS $$SELECT $1 || ',' || $2$$;
CREATE FUNCTION public.ambiguous(a integer) RETURNS text LANGUAGE sql AS $$SELECT 'one'$$;
CREATE FUNCTION public.ambiguous(a integer, b integer DEFAULT 1) RETURNS text LANGUAGE sql AS $$SELECT 'two'$$;
CREATE PROCEDURE public.does_search(INOUT v tsvector) LANGUAGE plpgsql AS 'BEGIN v := v; END';
CREATE FUNCTION public.counted(n bigint, OUT was bigint) LANGUAGE plpgsql STABLE AS $$BEGIN
    PERFORM set_config('counted.calls', (coalesce(current_setting('counted.calls', true), '0')::int + 1)::text, false);
    was := n; END$$;
CREATE TYPE public.pair AS (a integer, b integer, c integer);
CREATE FUNCTION public.counted_pair() RETURNS public.pair LANGUAGE plpgsql STABLE AS $$BEGIN
    PERFORM public.counted(1); RETURN (1, 2, 3); END$$;
CREATE FUNCTION public.overflow(n numeric) RETURNS numeric LANGUAGE sql AS 'SELECT n * 1e20';
CREATE TABLE public.holds_pair (id integer PRIMARY KEY, pair public.pair, "None" integer NOT NULL);
CREATE FUNCTION public.takes_pair(p public.pair, "None" integer, "Some" integer DEFAULT 1) RETURNS integer
    LANGUAGE sql AS 'SELECT (p).a + "None"';
CREATE TYPE public.four AS ENUM ('none');
