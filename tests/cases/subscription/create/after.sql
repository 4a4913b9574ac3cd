create subscription s connection 'host=/nowhere dbname=x' publication p with (connect = false, slot_name = none, enabled = false, create_slot = false);
comment on subscription s is 'from far';
