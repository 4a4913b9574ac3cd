create aggregate wavg(float8, float8) (sfunc = float8_regr_accum, stype = float8[], finalfunc = float8_regr_slope, initcond = '{0,0,0,0,0,0}', combinefunc = float8_regr_combine, parallel = safe);
create view v as select wavg(x, y) from (values (1.0::float8, 2.0::float8)) q(x, y);
comment on aggregate wavg(float8, float8) is 'w';
grant execute on function wavg(float8, float8) to role_a;
alter aggregate wavg(float8, float8) owner to role_b;
