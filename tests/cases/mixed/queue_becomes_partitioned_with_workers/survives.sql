select id, kind, payload from jobs order by id;
