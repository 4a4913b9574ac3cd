create function price(net numeric) returns numeric
    language sql
    as 'select net * 1.19';
alter function price(numeric) owner to role_a;
revoke all on function price(numeric) from public;
grant execute on function price(numeric) to role_b;
comment on function price(numeric) is 'with tax';
