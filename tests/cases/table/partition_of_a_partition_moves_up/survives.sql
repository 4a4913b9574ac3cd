select id, at, v from m24a;
select id, at, v from m25;
