create subscription s connection 'host=/nowhere dbname=x' publication p with (connect = false, slot_name = none);
