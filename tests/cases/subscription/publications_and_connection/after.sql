create subscription s connection 'host=/nowhere dbname=it''s' publication q, "R r" with (connect = false, slot_name = none);
