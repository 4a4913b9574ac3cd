create function hello() returns event_trigger language plpgsql as 'begin end';
