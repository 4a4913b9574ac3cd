create table t (n float8);
create aggregate my_percentile(float8 order by float8) (
    sfunc = ordered_set_transition, stype = internal,
    finalfunc = percentile_disc_final, finalfunc_extra
);
comment on aggregate my_percentile(float8 order by float8) is 'like percentile_disc';
create view halves as select my_percentile(0.5) within group (order by n) as h from t;
