create extension citext;
revoke execute on function citext_eq(citext, citext) from public;
