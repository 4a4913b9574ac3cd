select id, body ->> 'a' from events;
