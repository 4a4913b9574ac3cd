create type acc as (n bigint, s numeric, top numeric);
create function acc_step(a acc, v numeric) returns acc language sql immutable as 'select row(a.n + 1, a.s + v, greatest(a.top, v))::acc';
create function acc_done(a acc) returns numeric language sql immutable as 'select a.s / nullif(a.n, 0)';
create aggregate mean(numeric) (sfunc = acc_step, stype = acc, finalfunc = acc_done, initcond = '(0,0,)');
