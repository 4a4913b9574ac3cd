select id, s::text, history::text from tickets order by id;
