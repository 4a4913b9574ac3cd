create table counters (k text primary key, n bigint default 0, at timestamptz default clock_timestamp());
create function nextn(text, step int default 1) returns bigint language plpgsql as $$ declare r bigint; begin update counters set n = n + step where k = $1 returning n into r; return r; end $$;
create table docs (id bigint default nextn('docs', 2) primary key, parent bigint references docs deferrable);
