create publication supabase_realtime;
create table messages (id bigint generated always as identity primary key, body text);
alter publication supabase_realtime add table messages;
