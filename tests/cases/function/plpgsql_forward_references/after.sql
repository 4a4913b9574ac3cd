create function even(n integer) returns boolean language plpgsql as 'begin if n = 0 then return true; end if; return odd(n - 1); end';
create function odd(n integer) returns boolean language plpgsql as 'begin if n = 0 then return false; end if; return even(n - 1); end';
