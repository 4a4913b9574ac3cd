create aggregate my_rank(variadic "any" order by variadic "any") (
    sfunc = ordered_set_transition_multi, stype = internal,
    finalfunc = rank_final, finalfunc_extra, hypothetical
);
