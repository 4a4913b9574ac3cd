-- After torture.sql: rows with edge values, and functions that give them and say whether they came back the same
-- (`*=` compares rows bit by bit).

INSERT INTO public.scalars (
    c_int2, c_int4, c_int8, c_float4, c_float8, c_numeric, c_numeric_10_2, c_money, c_bool, c_text, c_varchar, c_char_5,
    c_internal_char, c_name, c_bytea, c_bit_8, c_varbit, c_uuid, c_json, c_jsonb, c_jsonpath, c_xml, c_date, c_time,
    c_timetz, c_timestamp, c_timestamptz, c_interval, c_inet, c_cidr, c_macaddr, c_macaddr8, c_oid, c_xid, c_xid8, c_cid,
    c_tid, c_pg_lsn, c_pg_snapshot, c_tsvector, c_tsquery, c_point, c_line, c_lseg, c_box, c_path, c_polygon, c_circle,
    c_regclass, c_regtype, c_refcursor, c_vector, c_halfvec, c_sparsevec, c_citext, c_hstore, c_int2vector, c_oidvector)
VALUES
    (-32768, 2147483647, 9007199254740991, 3.4028235e38, 5e-324, 1234567890123456789012345678901234567890.5, 0.10, '1.50',
     true, 'naïve 日本 😀 "q" ''a'' \ ${x} */', '', 'ab', '~', 'n', '\x00ff5c22', '10101010', '1',
     '00000000-0000-4000-8000-000000000001', '{"a":[1,null,"x"],"__proto__":{"b":0.1}}', '"just text"', '$.a', NULL,
     '4713-01-01 BC', '24:00', '00:00+15:59', '0044-03-15 12:00:00.000001 BC', '0001-01-01 00:00:00.123456+00',
     '1 year -2 mons 3 days 04:05:06.789', '::1/128', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
     4294967295, '7', '18446744073709551615', '1', '(0,1)', '0/16B3748', '10:20:10,14', 'a:1 b:2', 'a & b', '(1,2)', '{1,2,3}',
     '((0,0),(1,1))', '((1,1),(0,0))', '((0,0),(1,1))', '((0,0),(1,1))', '<(0,0),1>', 'public.lines', 'integer', 'c',
     '[1,-2.5,0]', '[1,2,3]', '{1:1}/5', 'CiText', '"k\"\\"=>"v", "n"=>NULL, "__proto__"=>"p"', '1 -2', '3'),
    (0, 0, -9007199254740991, 'NaN', '-0', 'NaN', 'NaN', '0', false, '', 'x', '', '', '', '', '00000000', '', NULL,
     '0', 'false', NULL, NULL, 'infinity', '00:00', '00:00+00', 'infinity', '-infinity', '0', NULL, NULL, NULL, NULL, 0,
     '0', '0', '0', NULL, NULL, NULL, '', NULL, '(NaN,Infinity)', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
     NULL, NULL, NULL, '', '', '', NULL),
    (NULL, NULL, NULL, 'Infinity', '-Infinity', '-Infinity', -0.01, '-1', NULL, E'line\nline\ttab\\\u0001',
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '[]', '{}', NULL, NULL, '-infinity', NULL, NULL,
     '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-178000000 years', NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- What no number and no JSON of JavaScript holds: read with `lossless`, refused without.
INSERT INTO public.scalars (c_int8, c_jsonb, c_json) VALUES
    (9223372036854775807, '{"n":12345678901234567890.10}', '{"n":1E400}');

INSERT INTO public.arrays (a_int4, a_int8, a_text, a_numeric, a_bool, a_bytea, a_uuid, a_json, a_jsonb, a_date, a_timestamptz,
    a_timestamp, a_interval, a_inet, a_mood, a_odd, a_positive, a_person, a_range, a_multirange, a_vector, a_point, a_float8,
    a_bit, a_char, a_name, a_money, a_tags)
VALUES
    ('{1,NULL,-3}', '{9007199254740991}', '{"",NULL,"NULL","a,b","{x}","q\"q","b\\s"," "}', '{NaN,0.10,NULL}', '{t,NULL,f}',
     '{"\\x00ff",NULL,"\\x"}', '{00000000-0000-4000-8000-000000000001}', ARRAY['{"a":[1]}'::json, '[1,[2]]', NULL],
     ARRAY['[]'::jsonb, '"x"'], '{infinity,2024-02-29,NULL}', '{infinity,"2024-01-02 03:04:05.6+00"}',
     '{"2024-01-02 03:04:05.678"}', '{"1 day"}', '{::1}', '{sad,NULL,happy}', ARRAY['', ' ', 'dou"ble', 'back\slash', E'new\nline',
     '{}', '*/']::public.odd_labels[], '{1}',
     ARRAY[ROW('n"a\me', '2000-01-01', ROW('s,(x)', '1', '12345', '(1,2)'), ARRAY[ROW(NULL, '', NULL, NULL)::public.address, NULL], 'ok',
     5, '{a,NULL}', 1.5)::public.person, NULL],
     '{"[1,3)",empty,"(,)",NULL}', ARRAY['{[1,3),[5,6)}'::int4multirange, '{}'], ARRAY['[1,2,3]'::extensions.vector, NULL], '{"(1,2)"}',
     '{NaN,-Infinity,-0,0.1}', '{101}', '{a,""}', '{n}', ARRAY['1.5'::money], '{"{a,NULL}","{}",NULL}'),
    (NULL, '{}', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, NULL, '{}', '{}', NULL, NULL,
     NULL, NULL, NULL, NULL, NULL, NULL, NULL);
-- More dimensions than a JavaScript array is declared to have.
INSERT INTO public.arrays (a_int4_2d) VALUES ('{{1,2},{NULL,4}}');

INSERT INTO public.made_types (mood, odd, other_mood, "class", positive, small, required, tags, good, price, email, home, address,
    person, empty, mixed, one)
VALUES
    ('happy', '__proto__', 'low', 'fn', 1, 2, '', '{a,"b c",NULL}', 'ok', 1.10, 'A@b.c', ROW('s', NULL, NULL, NULL),
     ROW('"', '\', '', '(1,2)'), ROW('', NULL, ROW('', NULL, NULL, NULL), '{}', NULL, NULL, '{}', 'NaN'), ROW(), ROW(1, 2, 3, 't'), ROW(NULL)),
    (NULL, E'new\nline', NULL, NULL, NULL, NULL, 'x', NULL, NULL, NULL, NULL, ROW('x', NULL, NULL, NULL), NULL, NULL, NULL, NULL, ROW(1));

INSERT INTO public.ranges (r_int4, r_int8, r_num, r_date, r_ts, r_tstz, m_int4, m_int8, m_num, m_date, m_ts, m_tstz, r_float, m_float,
    r_mood, m_mood, r_price)
VALUES
    ('[1,5)', '(,9007199254740991)', '(0.10,1e40]', '[2024-01-01,infinity)', '["2024-01-01 00:00:00.000001",)',
     '[-infinity,"0044-03-15 12:00:00.5+00 BC")', '{[1,3),[5,)}', '{}', '{(,1.5],(2,3)}', '{[2024-01-01,2024-02-01)}',
     '{["2024-01-01 00:00:00","2024-01-02 00:00:00"),["2024-02-01 00:00:00",)}', '{["2024-01-01 00:00:00+00",)}',
     '[-Infinity,0.1)', '{[1,2],(3,4.5)}', '[sad,happy)', '{[sad,sad],[happy,happy]}', '[1.10,2.20]'),
    ('empty', 'empty', 'empty', 'empty', 'empty', 'empty', '{}', '{}', '{}', '{}', '{}', '{}', 'empty', '{}', 'empty', '{}', 'empty'),
    ('(,)', '(,)', '(,)', '(,)', '(,)', '(,)', '{(,)}', '{(,)}', '{(,)}', '{(,)}', '{(,)}', '{(,)}', '(,)', '{(,)}', '(,)', '{(,)}', '(,)');

CREATE FUNCTION public.list_scalars(from_id bigint, to_id bigint) RETURNS SETOF public.scalars LANGUAGE sql
    AS 'SELECT * FROM public.scalars WHERE id BETWEEN from_id AND to_id ORDER BY id';
CREATE FUNCTION public.list_arrays(from_id integer, to_id integer) RETURNS SETOF public.arrays LANGUAGE sql
    AS 'SELECT * FROM public.arrays WHERE id BETWEEN from_id AND to_id ORDER BY id';
CREATE FUNCTION public.list_made_types() RETURNS SETOF public.made_types LANGUAGE sql
    AS 'SELECT * FROM public.made_types ORDER BY id';
CREATE FUNCTION public.list_ranges() RETURNS SETOF public.ranges LANGUAGE sql AS 'SELECT * FROM public.ranges ORDER BY id';
CREATE FUNCTION public.kept_scalars(given public.scalars) RETURNS boolean LANGUAGE sql
    AS 'SELECT given *= t FROM public.scalars AS t WHERE t.id = given.id';
CREATE FUNCTION public.kept_arrays(given public.arrays) RETURNS boolean LANGUAGE sql
    AS 'SELECT given *= t FROM public.arrays AS t WHERE t.id = given.id';
CREATE FUNCTION public.kept_made_types(given public.made_types) RETURNS boolean LANGUAGE sql
    AS 'SELECT given *= t FROM public.made_types AS t WHERE t.id = given.id';
CREATE FUNCTION public.kept_ranges(given public.ranges) RETURNS boolean LANGUAGE sql
    AS 'SELECT given *= t FROM public.ranges AS t WHERE t.id = given.id';
CREATE FUNCTION public.double_it(amount numeric) RETURNS numeric LANGUAGE sql AS 'SELECT amount * 2';
CREATE FUNCTION public.next_int8(value bigint) RETURNS bigint LANGUAGE sql AS 'SELECT value + 1';
CREATE FUNCTION public.echo_json(doc json) RETURNS json LANGUAGE sql AS 'SELECT doc';
CREATE FUNCTION public.takes_body(jsonb) RETURNS jsonb LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION public.lies() RETURNS TABLE (here integer, not_here text) LANGUAGE sql AS 'SELECT 1, NULL::text';
COMMENT ON FUNCTION public.lies IS 'Says what is not so. @notNull(not_here)';

CREATE FUNCTION public.long_one(text text, name public.person) RETURNS integer LANGUAGE sql AS 'SELECT length((name).name)';
CREATE FUNCTION public.long_row(text text, OUT a text, OUT b integer) LANGUAGE sql AS 'SELECT text, 1';

CREATE FUNCTION public.echo_people(people public.person[]) RETURNS public.person[] LANGUAGE sql AS 'SELECT people';
CREATE FUNCTION public.echo_stores(stores extensions.hstore[]) RETURNS extensions.hstore[] LANGUAGE sql AS 'SELECT stores';

CREATE PROCEDURE public.does_types(INOUT big bigint, OUT many numeric, OUT yes boolean,
    OUT at timestamptz, OUT day date, OUT feels public.mood, OUT span int4range, OUT bytes bytea, OUT nan float8, OUT nil text)
    LANGUAGE plpgsql AS $$BEGIN
        many := 12345678901234567890.10; yes := true; at := '2024-01-02 03:04:05.123456+00'; day := 'infinity'; feels := 'ok';
        span := '[1,)'; bytes := '\x00ff'; nan := 'NaN';
    END$$;
CREATE PROCEDURE public.does_rows(OUT doc jsonb) LANGUAGE plpgsql AS $$BEGIN doc := '1'; END$$;

-- A type that nobody knows, which is something else as JSON.
CREATE TYPE public.odd_base;
CREATE FUNCTION public.odd_in(cstring) RETURNS public.odd_base LANGUAGE internal IMMUTABLE STRICT AS 'textin';
CREATE FUNCTION public.odd_out(public.odd_base) RETURNS cstring LANGUAGE internal IMMUTABLE STRICT AS 'textout';
CREATE TYPE public.odd_base (INPUT = public.odd_in, OUTPUT = public.odd_out, LIKE = text);
CREATE FUNCTION public.odd_json(public.odd_base) RETURNS json LANGUAGE sql AS $$SELECT '{"odd": true}'::json$$;
CREATE CAST (public.odd_base AS json) WITH FUNCTION public.odd_json (public.odd_base);
CREATE FUNCTION public.echo_odd(value public.odd_base) RETURNS public.odd_base LANGUAGE sql AS 'SELECT value';
CREATE FUNCTION public.echo_odds(values_ public.odd_base[]) RETURNS public.odd_base[] LANGUAGE sql AS 'SELECT values_';
CREATE FUNCTION public.odd_rows(value public.odd_base) RETURNS TABLE (n integer, odd public.odd_base, odds public.odd_base[])
    LANGUAGE sql AS 'SELECT 1, value, ARRAY[value, NULL]';
CREATE FUNCTION public.odd_column(value public.odd_base) RETURNS TABLE (odd public.odd_base) LANGUAGE sql AS 'SELECT value';

-- What the CLI reads of our annotations on relations: comments on columns.
COMMENT ON COLUMN public.paid.paid_at IS '@notNull';
COMMENT ON COLUMN public.totals.organization_id IS '@notNull';
COMMENT ON COLUMN public.totals.total IS '@notNull';

-- The programs connect as nobody in particular.
GRANT ALL ON ALL TABLES IN SCHEMA public, app, "Odd Schema" TO PUBLIC;
GRANT USAGE ON SCHEMA app, "Odd Schema", extensions TO PUBLIC;
