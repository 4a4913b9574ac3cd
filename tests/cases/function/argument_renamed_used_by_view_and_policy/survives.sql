select id, w, h, size from rooms order by id;
