create subscription a connection 'host=/nowhere' publication p with (connect = false, slot_name = none);
comment on subscription a is 'two';
create subscription b connection 'host=/nowhere dbname=b' publication p with (connect = false, slot_name = none);
