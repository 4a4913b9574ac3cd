create subscription a connection 'host=/nowhere' publication p with (connect = false, slot_name = none);
comment on subscription a is 'one';
