create table counters (k text primary key, n int default 0);
create function nextn(text) returns int language plpgsql as $$ declare r int; begin update counters set n = n + 1 where k = $1 returning n into r; return r; end $$;
create table docs (id int default nextn('docs') primary key, parent int references docs);
