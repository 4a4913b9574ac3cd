insert into p (x) select 'b' from generate_series(1,150);
refresh materialized view mv;
insert into c values (1,2);
