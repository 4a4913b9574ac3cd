create aggregate wavg(float8, float8) (sfunc = float8_regr_accum, stype = float8[], finalfunc = float8_regr_r2, initcond = '{0,0,0,0,0,0}', combinefunc = float8_regr_combine, parallel = restricted, finalfunc_modify = read_write);
create view v as select wavg(x, y) + 1 as k from (values (1.0::float8, 2.0::float8)) q(x, y);
comment on aggregate wavg(float8, float8) is 'w2';
