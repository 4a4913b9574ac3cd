-- What the tests of generated Python need beside torture.sql.
CREATE TABLE public.r (r integer PRIMARY KEY, "r.r" integer, code char(4), rows integer);
CREATE FUNCTION public.r() RETURNS SETOF public.r LANGUAGE sql AS 'SELECT * FROM public.r ORDER BY 1';
CREATE FUNCTION public.one_r(r integer) RETURNS public.r LANGUAGE sql AS 'SELECT * FROM public.r x WHERE x.r = one_r.r';
CREATE FUNCTION public.plpgsql_r(r integer) RETURNS public.r LANGUAGE plpgsql
    AS 'DECLARE found_r public.r; BEGIN SELECT * INTO found_r FROM public.r x WHERE x.r = plpgsql_r.r; RETURN found_r; END';
CREATE FUNCTION public.padded(code char(4)) RETURNS char(4) LANGUAGE sql AS 'SELECT code';
CREATE FUNCTION public.padded_set() RETURNS SETOF char(4) LANGUAGE sql AS $$VALUES ('a'::char(4)), (NULL)$$;
CREATE FUNCTION public.padded_table() RETURNS TABLE (code char(4)) LANGUAGE sql AS $$VALUES ('a'::char(4))$$;
CREATE FUNCTION public."100% :odd $1 ? {} \"(a integer) RETURNS integer LANGUAGE sql AS 'SELECT a';
CREATE FUNCTION public.strict_out(a integer, OUT b integer, OUT c integer) LANGUAGE sql STRICT AS 'SELECT a, a';
CREATE FUNCTION public.empty_composites() RETURNS SETOF public.empty_composite LANGUAGE sql AS 'SELECT ROW()::public.empty_composite';
CREATE FUNCTION public.echo_all(doc jsonb, docs jsonb[], at timestamptz, day date, span interval, amount numeric,
    ids uuid[], code char(4), blob bytea, flag boolean, real4 real, tags text[], line public.lines, of_range tstzrange)
    RETURNS TABLE (doc jsonb, docs jsonb[], at timestamptz, day date, span interval, amount numeric,
    ids uuid[], code char(4), blob bytea, flag boolean, real4 real, tags text[], line public.lines, of_range tstzrange)
    LANGUAGE sql AS 'SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14';
CREATE PROCEDURE public.gives(kind text, OUT day date, OUT at timestamptz, OUT span interval, OUT amount numeric,
    OUT who public.person, OUT moods public.mood[], OUT among int4range, OUT id uuid, INOUT n integer DEFAULT 5)
    LANGUAGE plpgsql AS $$BEGIN
    n := n + 1;
    amount := '1.10'; moods := '{ok,NULL}'; among := '[1,5)';
    who := ('Ann', '2000-01-02', NULL, NULL, 'ok', 5, '{a}', 1.5); id := '11111111-1111-1111-1111-111111111111';
    day := CASE kind WHEN 'infinity' THEN 'infinity' ELSE '2024-02-29' END::date;
    at := CASE kind WHEN 'infinite time' THEN 'infinity' ELSE '2024-02-29 12:00:00+00' END::timestamptz;
    span := CASE kind WHEN 'span' THEN '1 day' END::interval;
END$$;
CREATE PROCEDURE public.gives_json(OUT doc jsonb) LANGUAGE plpgsql
    AS $$BEGIN doc := '{"a": 1.0000000000000000000000000000000000000001}'; END$$;
CREATE FUNCTION public.annotations(l integer, mro integer) RETURNS integer LANGUAGE sql AS 'SELECT l + mro';
CREATE TYPE public.i AS ENUM ('i', 'o', 'a label that is longer than there is room for beside it');
CREATE DOMAIN public.l AS public.i[];
CREATE TABLE public.names_of_others (
    l integer PRIMARY KEY, mro text, register text, "I" public.i, o public.l, annotations integer,
    a_column_with_so_long_a_name_that_there_is_no_room_for_its_type public.address DEFAULT NULL,
    another_one_of_this_kind_and_of_the_same_length public.address[] NOT NULL DEFAULT '{}'
);
CREATE TABLE public.a_table_whose_name_is_so_long_that_nothing_else_fits_in (i integer PRIMARY KEY);
CREATE TYPE public.bytes_range AS RANGE (subtype = bytea);
CREATE FUNCTION public.echo_bytes_range(r public.bytes_range) RETURNS public.bytes_range LANGUAGE sql AS 'SELECT r';
CREATE TABLE public.holds_bytes (r public.bytes_range, rs public.bytes_multirange, bytes bytea[]);
CREATE TYPE public.part2 AS (a integer);
CREATE TYPE public.part10 AS (a integer);
CREATE FUNCTION public.parts(a public.part2, b public.part10) RETURNS integer LANGUAGE sql AS 'SELECT 1';
