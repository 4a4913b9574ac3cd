create schema private;
create type private.priority as enum ('low', 'high');
create table private.todos (id bigint generated always as identity primary key, owner name not null default current_user, title text not null, done_at timestamptz, priority private.priority not null default 'low');
alter table private.todos enable row level security;
create policy own on private.todos using (owner = current_user);
create schema api;
create view api.todos with (security_invoker = on, check_option = local) as select id, title, done_at is not null as done, priority from private.todos where owner = current_user;
create function api.done(todo bigint, at timestamptz default now()) returns api.todos language sql begin atomic
    update private.todos set done_at = at where id = todo;
    select t.* from api.todos t where t.id = todo;
end;
create function api.title_words(t api.todos) returns integer language sql immutable as $$ select array_length(string_to_array(t.title, ' '), 1) $$;
alter view api.todos alter priority set default 'low';
grant usage on schema api, private to role_a;
grant select, insert (title, priority), update (title) on api.todos to role_a;
alter default privileges in schema api revoke execute on functions from public;
comment on view api.todos is e'The to-dos\nof the current user';
