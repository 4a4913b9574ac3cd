create aggregate moving_sum(float8) (
    sfunc = float8pl, stype = float8, initcond = '0',
    msfunc = float8pl, minvfunc = float8mi, mstype = float8, minitcond = '0', mfinalfunc_modify = read_only
);
