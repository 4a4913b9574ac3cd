create type public."State" as enum ('Open', 'closed "now"');
alter type public."State" owner to role_a;
revoke usage on type public."State" from public;
