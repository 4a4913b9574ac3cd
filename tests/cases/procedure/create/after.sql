create table log (line text);
create procedure note(line text, times integer default 1)
    language plpgsql
    as $$
begin
    insert into log select line from generate_series(1, times);
    commit;
end $$;
comment on procedure note(text, integer) is 'notes';
grant execute on procedure note(text, integer) to role_a with grant option;
