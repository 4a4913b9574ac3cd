create function hello() returns event_trigger language plpgsql as 'begin end';
create event trigger hello on login execute function hello();
alter event trigger hello disable;
