select id, x, y, z, w from c order by id;
