-- Every type, every form of a function and every kind of name, for the tests of generated code.
-- It runs on an empty database of the embedded server (PostgreSQL 15 to 18) as one transaction.
-- Who needs more for a language appends a block of his own at the end, under a line that says so.

CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE EXTENSION citext SCHEMA extensions;
CREATE EXTENSION hstore SCHEMA extensions;
CREATE SCHEMA app;
CREATE SCHEMA "Odd Schema";

-- ------------------------------------------------------------------------------------------------- types

CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'happy');
-- Labels that no language takes as they are, that are the same in some casing, and the empty one.
CREATE TYPE public.odd_labels AS ENUM
    ('', ' ', 'with space', 'quo''te', 'dou"ble', 'back\slash', '1st', '-', '+', 'naïve', '日本', 'A', 'a',
     'snake_case', 'snakeCase', 'class', 'None', 'self', 'null', 'Self', 'new
line', '${x}', '*/', '{}', 'constructor', '__proto__');
CREATE TYPE public."enum" AS ENUM ('enum', 'type', 'fn');
CREATE TYPE app.mood AS ENUM ('low', 'high');
CREATE TYPE app.unused AS ENUM ('never');
COMMENT ON TYPE public.mood IS 'How somebody feels.
Second line with */ and """ and `ticks` and \ and {@link x}.';

CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN public.small_positive AS public.positive CHECK (VALUE < 1000);
CREATE DOMAIN public.required_text AS text NOT NULL;
CREATE DOMAIN public.defaulted AS text NOT NULL DEFAULT 'x';
CREATE DOMAIN public.tags AS text[] CHECK (cardinality(VALUE) < 10);
CREATE DOMAIN public.good_mood AS public.mood CHECK (VALUE <> 'sad');
CREATE DOMAIN public.price AS numeric(12, 2);
CREATE DOMAIN app.email AS extensions.citext;
COMMENT ON DOMAIN public.positive IS 'More than zero.';

CREATE TYPE public.address AS (street text, "house no" varchar(10), zip char(5), at point);
CREATE TYPE public.person AS (
    name text, born date, home public.address, addresses public.address[], feels public.mood,
    size public.small_positive, labels public.tags, balance numeric(20, 5));
CREATE TYPE public.empty_composite AS ();
CREATE TYPE public."Mixed Case" AS ("camelCase" integer, "PascalCase" integer, snake_case integer, "type" text);
CREATE TYPE public.one_field AS (value integer);
COMMENT ON TYPE public.person IS 'Somebody.';
COMMENT ON COLUMN public.person.name IS 'What they are called. @notNull';
CREATE DOMAIN public.home_address AS public.address CHECK ((VALUE).street IS NOT NULL);

CREATE TYPE public.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE TYPE public.mood_range AS RANGE (subtype = public.mood, multirange_type_name = public.many_moods);
CREATE TYPE public.price_range AS RANGE (subtype = public.price);

-- ------------------------------------------------------------------------------------- scalars of PostgreSQL

CREATE TABLE public.scalars (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    c_int2 int2, c_int4 int4, c_int8 int8, c_float4 float4, c_float8 float8,
    c_numeric numeric, c_numeric_10_2 numeric(10, 2), c_numeric_5 numeric(5), c_numeric_negative numeric(5, -2),
    c_money money, c_bool bool,
    c_text text, c_varchar varchar, c_varchar_20 varchar(20), c_bpchar bpchar, c_char char, c_char_5 char(5),
    c_internal_char "char", c_name name,
    c_bytea bytea, c_bit bit, c_bit_8 bit(8), c_varbit varbit, c_varbit_8 bit varying(8),
    c_uuid uuid, c_json json, c_jsonb jsonb, c_jsonpath jsonpath, c_xml xml,
    c_date date, c_time time, c_time_3 time(3), c_timetz timetz, c_timetz_0 time(0) with time zone,
    c_timestamp timestamp, c_timestamp_3 timestamp(3), c_timestamptz timestamptz,
    c_timestamptz_0 timestamp(0) with time zone,
    c_interval interval, c_interval_2 interval(2), c_interval_ym interval year to month,
    c_interval_ds interval day to second(3),
    c_inet inet, c_cidr cidr, c_macaddr macaddr, c_macaddr8 macaddr8,
    c_oid oid, c_xid xid, c_xid8 xid8, c_cid cid, c_tid tid, c_pg_lsn pg_lsn, c_pg_snapshot pg_snapshot,
    c_tsvector tsvector, c_tsquery tsquery,
    c_point point, c_line line, c_lseg lseg, c_box box, c_path path, c_polygon polygon, c_circle circle,
    c_regclass regclass, c_regproc regproc, c_regprocedure regprocedure, c_regtype regtype, c_regrole regrole,
    c_regnamespace regnamespace, c_regconfig regconfig, c_regdictionary regdictionary, c_regoper regoper,
    c_regoperator regoperator, c_regcollation regcollation,
    c_int2vector int2vector, c_oidvector oidvector, c_refcursor refcursor,
    c_vector extensions.vector, c_vector_3 extensions.vector(3), c_halfvec extensions.halfvec(3),
    c_sparsevec extensions.sparsevec(5), c_citext extensions.citext, c_hstore extensions.hstore
);
COMMENT ON TABLE public.scalars IS 'One column of every type that PostgreSQL has.';
COMMENT ON COLUMN public.scalars.c_numeric IS 'Any number of digits, NaN and infinity';

CREATE TABLE public.scalars_not_null (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    c_int2 int2 NOT NULL, c_int4 int4 NOT NULL, c_int8 int8 NOT NULL, c_float4 float4 NOT NULL,
    c_float8 float8 NOT NULL, c_numeric numeric NOT NULL, c_bool bool NOT NULL, c_text text NOT NULL,
    c_bytea bytea NOT NULL, c_json json NOT NULL, c_jsonb jsonb NOT NULL, c_date date NOT NULL,
    c_time time NOT NULL, c_timestamp timestamp NOT NULL, c_timestamptz timestamptz NOT NULL,
    c_interval interval NOT NULL, c_inet inet NOT NULL, c_mood public.mood NOT NULL,
    c_person public.person NOT NULL, c_range int4range NOT NULL
);

CREATE TABLE public.arrays (
    id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    a_int4 int4[], a_int4_2d int4[][], a_int4_fixed int4[3], a_int8 int8[] NOT NULL DEFAULT '{}', a_text text[],
    a_varchar varchar(5)[], a_numeric numeric(10, 2)[], a_bool bool[], a_bytea bytea[], a_uuid uuid[],
    a_json json[], a_jsonb jsonb[], a_date date[], a_timestamptz timestamptz[], a_timestamp timestamp(3)[],
    a_interval interval[], a_inet inet[], a_mood public.mood[], a_odd public.odd_labels[],
    a_positive public.positive[], a_person public.person[], a_range int4range[], a_multirange int4multirange[],
    a_vector extensions.vector(3)[], a_point point[], a_float8 float8[], a_bit bit(3)[], a_tags public.tags[],
    a_char "char"[], a_name name[], a_money money[]
);

CREATE TABLE public.made_types (
    id serial PRIMARY KEY,
    mood public.mood, odd public.odd_labels, other_mood app.mood, "class" public."enum",
    positive public.positive, small public.small_positive, required public.required_text,
    with_default public.defaulted, tags public.tags, good public.good_mood, price public.price,
    email app.email, home public.home_address,
    address public.address, person public.person, empty public.empty_composite, mixed public."Mixed Case",
    one public.one_field
);

CREATE TABLE public.ranges (
    id bigserial PRIMARY KEY,
    r_int4 int4range, r_int8 int8range, r_num numrange, r_date daterange, r_ts tsrange, r_tstz tstzrange,
    m_int4 int4multirange, m_int8 int8multirange, m_num nummultirange, m_date datemultirange,
    m_ts tsmultirange, m_tstz tstzmultirange,
    r_float public.float_range, m_float public.float_multirange, r_mood public.mood_range,
    m_mood public.many_moods, r_price public.price_range
);

-- --------------------------------------------------------------------------------- columns, keys, relations

CREATE TABLE public.columns (
    id integer GENERATED ALWAYS AS IDENTITY (START 10) PRIMARY KEY,
    by_default bigint GENERATED BY DEFAULT AS IDENTITY,
    required text NOT NULL,
    optional text,
    defaulted text NOT NULL DEFAULT 'it''s',
    optional_defaulted integer DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    doubled integer GENERATED ALWAYS AS (optional_defaulted * 2) STORED,
    said integer
);
COMMENT ON COLUMN public.columns.said IS '@notNull';
COMMENT ON COLUMN public.columns.required IS '  Spaces around, and *//* a "comment" in it.  ';

CREATE TABLE public.no_columns ();
CREATE TABLE public.no_key (a integer, b text);

CREATE TABLE app.organizations (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL UNIQUE);
CREATE TABLE app.members (
    organization_id uuid NOT NULL REFERENCES app.organizations ON DELETE CASCADE,
    user_id uuid NOT NULL, role text NOT NULL DEFAULT 'member', invited_by uuid,
    PRIMARY KEY (organization_id, user_id),
    CONSTRAINT invited FOREIGN KEY (organization_id, invited_by) REFERENCES app.members (organization_id, user_id)
);
CREATE TABLE app.settings (
    organization_id uuid PRIMARY KEY REFERENCES app.organizations, value jsonb NOT NULL DEFAULT '{}');
CREATE TABLE public.invoices (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES app.organizations,
    parent_id bigint REFERENCES public.invoices,
    total numeric(12, 2) NOT NULL, paid_at timestamptz
);
CREATE TABLE public.lines (
    invoice_id bigint NOT NULL REFERENCES public.invoices, number integer NOT NULL, what text NOT NULL, note text,
    PRIMARY KEY (invoice_id, number)
);
CREATE TABLE public.measured (at timestamptz NOT NULL, value float8, PRIMARY KEY (at)) PARTITION BY RANGE (at);
CREATE TABLE public.measured_2024 PARTITION OF public.measured FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.parent (id integer PRIMARY KEY, kind text NOT NULL);
CREATE TABLE public.child (extra text) INHERITS (public.parent);
CREATE TABLE public.holds_row (id integer PRIMARY KEY, line public.lines, lines public.lines[]);
CREATE TABLE app.holds_other_row (id integer PRIMARY KEY, member app.members);

-- ------------------------------------------------------------------------------------------------- views

CREATE VIEW public.paid AS SELECT id, organization_id, total, paid_at FROM public.invoices WHERE paid_at IS NOT NULL;
COMMENT ON VIEW public.paid IS 'What was paid. @notNull(paid_at)';
CREATE VIEW public.paid_again AS SELECT id AS invoice_id, organization_id AS "orgId", total FROM public.paid;
CREATE VIEW public.with_lines AS
    SELECT i.id, i.total, l.number, l.what, count(*) OVER () AS lines, coalesce(l.note, '') AS note
    FROM public.invoices AS i LEFT JOIN public.lines AS l ON l.invoice_id = i.id;
CREATE VIEW public.inner_joined AS
    SELECT i.id, o.name, i.organization_id, l.invoice_id, l.number, l.note
    FROM public.invoices AS i JOIN app.organizations AS o ON o.id = i.organization_id
    JOIN public.lines AS l ON l.invoice_id = i.id;
CREATE VIEW public.summed AS
    SELECT organization_id, count(*) AS number, sum(total) AS total, 'x'::text AS constant,
        exists(SELECT FROM public.lines) AS any_lines, max(paid_at) IS NULL AS unpaid
    FROM public.invoices GROUP BY organization_id;
CREATE VIEW public.united AS
    SELECT id, total FROM public.invoices UNION ALL SELECT number::bigint, NULL::numeric FROM public.lines;
CREATE VIEW public.with_cte AS
    WITH big AS (SELECT id, total FROM public.invoices WHERE total > 100) SELECT id AS big_id, total FROM big;
CREATE VIEW public.cubed AS
    SELECT organization_id, parent_id, count(*) AS n FROM public.invoices GROUP BY CUBE (organization_id, parent_id);
CREATE VIEW public.with_expressions AS
    SELECT id, upper(what) AS upper, what, number + 1 AS next FROM (SELECT invoice_id AS id, what, number FROM public.lines) AS s;
CREATE VIEW public.with_trigger AS SELECT organization_id, sum(total) AS total FROM public.invoices GROUP BY 1;
CREATE FUNCTION public.insert_total() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER instead INSTEAD OF INSERT ON public.with_trigger FOR EACH ROW EXECUTE FUNCTION public.insert_total();
CREATE MATERIALIZED VIEW public.totals AS
    SELECT organization_id, sum(total) AS total, count(*) AS number FROM public.invoices GROUP BY organization_id;
COMMENT ON MATERIALIZED VIEW public.totals IS '@notNull(organization_id, total)';
CREATE VIEW app.directory AS SELECT user_id, role FROM app.members;

-- ------------------------------------------------------------------------------------------------- names

CREATE TABLE public."class" (
    "class" integer PRIMARY KEY, "def" integer, "fn" integer, "function" integer, "self" integer, "Self" integer,
    "super" integer, "crate" integer, "type" integer, "match" integer, "async" integer, "await" integer,
    "yield" integer, "None" integer, "True" integer, "import" integer, "from" integer, "lambda" integer,
    "let" integer, "var" integer, "const" integer, "enum" integer, "interface" integer, "new" integer,
    "delete" integer, "default" integer, "constructor" integer, "__proto__" integer, "prototype" integer,
    "model_config" integer, "model_fields" integer, "copy" integer, "json" integer, "schema" integer, "dict" integer,
    "metadata" integer, "registry" integer, "_private" integer, "__dunder" integer, "__class__" integer,
    "field" integer, "int" integer, "str" integer, "list" integer, "date" date, "datetime" timestamptz,
    "Decimal" numeric, "String" text, "Option" integer, "Vec" integer, "Row" integer, "Insert" integer,
    "abstract" integer, "gen" integer, "union" integer, "validate" integer, "toString" integer, "length" integer
);
CREATE TABLE public."Odd Names" (
    "with space" integer PRIMARY KEY, "quo""te" integer, "apo'strophe" integer, "back\slash" integer,
    "1st" integer, "-" integer, "--" integer, "naïve" integer, "日本語" integer, "😀" integer, "é" integer,
    "camelCase" integer, "camel_case" integer, "CamelCase" integer, "CAMEL_CASE" integer, "ﬁx" integer,
    "fix" integer, "a.b" integer, "$dollar" integer, "${x}" integer, "{x}" integer, "*/" integer, "new
line" integer, "tab	tab" integer, "a" integer, "A" integer, "%s" integer, "?" integer, ":x" integer, "$1" integer,
    "ſ" integer, "K" integer
);
CREATE TABLE public."import" (id integer PRIMARY KEY);
CREATE TABLE public."None" (id integer PRIMARY KEY);
CREATE TABLE public."Self" (id integer PRIMARY KEY);
CREATE TABLE public."string" (id integer PRIMARY KEY);
CREATE TABLE public."1st" (id integer PRIMARY KEY);
CREATE TABLE public."order_items" (id integer PRIMARY KEY);
CREATE TABLE public."OrderItems" (id integer PRIMARY KEY);
CREATE TABLE public."日本" (id integer PRIMARY KEY, "名前" text);
CREATE TABLE public."-" (id integer PRIMARY KEY);
CREATE TABLE public."!" (id integer PRIMARY KEY);
CREATE TABLE public."Json" (id integer PRIMARY KEY);
CREATE TABLE public."Database" (id integer PRIMARY KEY);
CREATE TABLE "Odd Schema"."Odd Table" (id integer PRIMARY KEY, mood public.mood);

-- ------------------------------------------------------------------------------------------------ functions

CREATE FUNCTION public.add(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE STRICT AS 'SELECT a + b';
COMMENT ON FUNCTION public.add IS 'Adds. @notNull';
CREATE FUNCTION public.no_arguments() RETURNS text LANGUAGE sql STABLE AS $$SELECT 'none'$$;
CREATE FUNCTION public.maybe(a integer) RETURNS integer LANGUAGE sql AS 'SELECT nullif(a, 0)';
CREATE FUNCTION public.nothing(a integer) RETURNS void LANGUAGE sql AS 'SELECT';
CREATE FUNCTION public.set_of_scalars(upto integer) RETURNS SETOF integer LANGUAGE sql
    AS 'SELECT generate_series(1, upto)';
CREATE FUNCTION public.set_of_nulls() RETURNS SETOF text LANGUAGE sql AS $$SELECT * FROM (VALUES ('a'), (NULL)) v$$;
CREATE FUNCTION public.returns_table(org uuid DEFAULT NULL)
    RETURNS TABLE (id bigint, total numeric, "orgId" uuid, feels public.mood) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = '' AS $$SELECT i.id, i.total, i.organization_id, 'ok'::public.mood FROM public.invoices i
        WHERE org IS NULL OR i.organization_id = org$$;
COMMENT ON FUNCTION public.returns_table IS 'Rows of a table of its own. @notNull(id, total)';
CREATE FUNCTION public.returns_one_column() RETURNS TABLE (only_one integer) LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.returns_invoice(id bigint) RETURNS public.invoices LANGUAGE sql
    AS 'SELECT * FROM public.invoices i WHERE i.id = returns_invoice.id';
CREATE FUNCTION public.returns_invoices() RETURNS SETOF public.invoices LANGUAGE sql AS 'SELECT * FROM public.invoices';
CREATE FUNCTION public.real_invoices() RETURNS SETOF public.invoices LANGUAGE sql AS 'SELECT * FROM public.invoices';
COMMENT ON FUNCTION public.real_invoices IS '@notNull';
CREATE FUNCTION public.returns_view() RETURNS SETOF public.paid LANGUAGE sql AS 'SELECT * FROM public.paid';
CREATE FUNCTION public.returns_person(who text) RETURNS public.person LANGUAGE sql
    AS $$SELECT (who, '2000-01-02', ('s', '1', '12345', '(1,2)'), NULL, 'ok', 5, '{a,b}', 1.5)::public.person$$;
CREATE FUNCTION public.returns_people() RETURNS SETOF public.person LANGUAGE sql
    AS $$SELECT * FROM (VALUES (public.returns_person('a')), (NULL::public.person)) v$$;
CREATE FUNCTION public.returns_domain_of_composite() RETURNS public.home_address LANGUAGE sql
    AS $$SELECT ('s', '1', '12345', '(1,2)')::public.address::public.home_address$$;
CREATE FUNCTION public.one_out(a integer, OUT doubled integer) LANGUAGE sql AS 'SELECT a * 2';
CREATE FUNCTION public.two_out(a integer, OUT doubled integer, OUT text text) LANGUAGE sql AS 'SELECT a * 2, a::text';
CREATE FUNCTION public.unnamed_out(integer, OUT integer, OUT text) LANGUAGE sql AS 'SELECT $1, $1::text';
CREATE FUNCTION public.in_out(INOUT a integer, INOUT b text DEFAULT 'b') LANGUAGE sql AS 'SELECT a + 1, b || b';
CREATE FUNCTION public.set_of_outs(OUT a integer, OUT b text) RETURNS SETOF record LANGUAGE sql AS $$VALUES (1, 'a'), (2, NULL)$$;
CREATE FUNCTION public.defaults(a integer, b text DEFAULT 'it''s', c timestamptz DEFAULT now(), d public.mood DEFAULT 'ok')
    RETURNS text LANGUAGE sql AS $$SELECT concat_ws('|', a, b, d)$$;
CREATE FUNCTION public.all_defaults(a integer DEFAULT 1, b integer DEFAULT NULL) RETURNS integer LANGUAGE sql AS 'SELECT coalesce(a + b, a)';
CREATE FUNCTION public.many(VARIADIC numbers integer[]) RETURNS bigint LANGUAGE sql AS 'SELECT sum(n) FROM unnest(numbers) n';
CREATE FUNCTION public.many_with(first text, VARIADIC more text[] DEFAULT '{}') RETURNS text LANGUAGE sql
    AS $$SELECT first || array_to_string(more, ',', '?')$$;
CREATE FUNCTION public.unnamed(integer, text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE FUNCTION public.half_named(a integer, text, c integer DEFAULT 3) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2 || $3';
CREATE FUNCTION public.overloaded(a integer) RETURNS text LANGUAGE sql AS $$SELECT 'integer'$$;
CREATE FUNCTION public.overloaded(a text) RETURNS text LANGUAGE sql AS $$SELECT 'text'$$;
CREATE FUNCTION public.overloaded(a integer, b integer) RETURNS text LANGUAGE sql AS $$SELECT 'two'$$;
CREATE FUNCTION public.overloaded() RETURNS integer LANGUAGE sql AS 'SELECT 0';
CREATE FUNCTION public.overloaded_by_type(x public.mood) RETURNS text LANGUAGE sql AS 'SELECT x::text';
CREATE FUNCTION public.overloaded_by_type(x app.mood) RETURNS text LANGUAGE sql AS 'SELECT x::text';
CREATE FUNCTION public.takes_types(numbers integer[], feels public.mood, small public.small_positive,
    who public.person, among int4range, moods public.mood[], people public.person[], blob bytea, doc jsonb,
    amount numeric, v extensions.vector, spans tstzmultirange, day date, at timestamptz, span interval, id uuid)
    RETURNS text LANGUAGE sql AS $$SELECT concat_ws('|', numbers, feels, small, who, among, moods, people, doc, amount, spans, day, id)$$;
CREATE FUNCTION public.echo_person(who public.person) RETURNS public.person LANGUAGE sql AS 'SELECT who';
CREATE FUNCTION public.echo_moods(moods public.mood[]) RETURNS public.mood[] LANGUAGE sql AS 'SELECT moods';
CREATE FUNCTION public.echo_range(r public.float_range) RETURNS public.float_range LANGUAGE sql AS 'SELECT r';
CREATE FUNCTION public.echo_tags(t public.tags) RETURNS public.tags LANGUAGE sql AS 'SELECT t';
CREATE FUNCTION public.takes_row(line public.lines) RETURNS text LANGUAGE sql AS 'SELECT line.what';
CREATE FUNCTION public.any_record() RETURNS record LANGUAGE sql AS $$SELECT 1, 'a'::text$$;
CREATE FUNCTION public.any_records() RETURNS SETOF record LANGUAGE sql AS $$SELECT 1, 'a'::text$$;
CREATE FUNCTION public.any_element(x anyelement) RETURNS anyelement LANGUAGE sql AS 'SELECT x';
CREATE FUNCTION public.any_array(x anyarray, i integer) RETURNS anyelement LANGUAGE sql AS 'SELECT x[i]';
CREATE FUNCTION public.compatible(x anycompatible, y anycompatible) RETURNS anycompatiblearray LANGUAGE sql AS 'SELECT ARRAY[x, y]';
CREATE FUNCTION public.returns_json() RETURNS json LANGUAGE sql AS $$SELECT '{"a": [1, null]}'::json$$;
CREATE FUNCTION public.fails(why text) RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION '%', why; END$$;
CREATE FUNCTION public."Odd Function"("with space" integer, "quo""te" text DEFAULT 'x', "class" integer DEFAULT 0)
    RETURNS TABLE ("out put" integer, "class_out" text) LANGUAGE sql AS $$SELECT "with space", "quo""te"$$;
CREATE FUNCTION public."class"("class" integer, "def" integer, "fn" integer, "self" integer, "this" integer,
    "arguments" integer, "await" integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public."import"() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public."None"() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.own_names(db integer, conn integer, pool integer, executor integer, session integer, sql integer,
    result integer, rows integer, args integer, client integer, "row" integer, query integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.same_words(a_b integer, "aB" integer, "a b" integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public.same_name() RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION public."sameName"() RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION public.on_row(public.invoices) RETURNS numeric LANGUAGE sql AS 'SELECT $1.total * 2';
CREATE FUNCTION public.ordinal() RETURNS bigint LANGUAGE internal WINDOW AS 'window_row_number';
CREATE FUNCTION app.in_other_schema(id uuid) RETURNS app.mood LANGUAGE sql AS $$SELECT 'low'::app.mood$$;
CREATE FUNCTION app.add(a integer, b integer) RETURNS integer LANGUAGE sql AS 'SELECT a + b + 100';

CREATE PROCEDURE public.does(a integer) LANGUAGE sql AS 'DELETE FROM public.no_key WHERE no_key.a = does.a';
CREATE PROCEDURE public.does_in_out(INOUT a integer, b text DEFAULT 'x') LANGUAGE plpgsql AS 'BEGIN a := a + 1; END';
CREATE PROCEDURE public.does_out(a integer, OUT b integer, c integer, OUT d text) LANGUAGE plpgsql
    AS $$BEGIN b := a + c; d := 'done'; END$$;
COMMENT ON PROCEDURE public.does IS 'Deletes.';
CREATE FUNCTION public.few_rows() RETURNS SETOF integer LANGUAGE sql ROWS 1 AS 'SELECT 1';
CREATE FUNCTION public.set_of_one_out(OUT only_one text) RETURNS SETOF text LANGUAGE sql AS $$VALUES ('a'), (NULL)$$;
CREATE FUNCTION public.table_of_one_composite() RETURNS TABLE (place public.address) LANGUAGE sql
    AS $$VALUES (('s', '1', '12345', '(1,2)')::public.address)$$;
CREATE FUNCTION public.one_composite_out(OUT place public.address) LANGUAGE sql
    AS $$SELECT ('s', '1', '12345', '(1,2)')::public.address$$;
-- Calls that have to say what goes where: a name that is given and comes back, OUT without a name, with VARIADIC.
CREATE PROCEDURE public.same_names(a integer, OUT a text, b integer, INOUT c integer) LANGUAGE sql
    AS $$SELECT $1::text || '!', $2 + $3$$;
CREATE PROCEDURE public.unnamed_outs(integer, OUT integer, text, INOUT text) LANGUAGE sql AS 'SELECT $1 + 1, $2 || $3';
CREATE PROCEDURE public.counts(OUT n integer, VARIADIC v integer[]) LANGUAGE sql AS 'SELECT cardinality(v)';
CREATE FUNCTION public.many_behind(a integer, b integer DEFAULT 5, VARIADIC v integer[] DEFAULT '{1}') RETURNS text LANGUAGE sql
    AS $$SELECT concat_ws('|', a, b, v)$$;
-- Functions that are called as a table is, each with columns of its own.
CREATE FUNCTION public.no_key(n integer) RETURNS TABLE (m integer, "type" text, x text) LANGUAGE sql AS $$SELECT n, 'type', 'x'$$;
CREATE FUNCTION public.no_key(t text) RETURNS TABLE (y text, z text) LANGUAGE sql AS $$SELECT t, 'z'$$;
CREATE FUNCTION public.of_partition(part public.measured_2024) RETURNS SETOF public.measured_2024 LANGUAGE sql AS 'SELECT (part).*';
CREATE VIEW public.sampled AS SELECT s.id, s.organization_id, s.parent_id FROM public.invoices AS s TABLESAMPLE SYSTEM (10);
