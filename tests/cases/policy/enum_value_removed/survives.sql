select id, r::text from members order by id;
