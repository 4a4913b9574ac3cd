create table t (id integer primary key, a text);
create policy p on public.t as permissive for all to public using (((t.a = 'x'::text)) and (id = any (array[1, 2])));
